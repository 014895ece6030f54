"""Steps 4 to 6 of the main job: an account installs, launches and removes an app."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from tests.flows.browser import Page
from tests.flows.house import House
from tests.flows.people import Customer

from fondaco.installs.models import Installation


def order_app(customer: Customer, *, plan: str = "Trial", agent: bool = True) -> Installation:
    """Finds the app in the marketplace and orders it, as its administrator does."""
    browser = customer.browser
    browser.open("/")
    page = browser.open("/?q=invoices")
    address = next(href for label, href in page.links if "Ledgerline" in label)
    page = browser.open(address)
    assert "Invoices and payments inside the call" in page.text
    browser.follow("Start the 30-day trial" if plan == "Trial" else f"Choose {plan} now")
    browser.press("Next: users")
    fills = {str(label): True for label in _labels(browser.page, "agnes@")} if agent else {}
    page = browser.press("Next: confirm", {**fills})
    assert "You pay today $0.00" in page.text
    assert "Total per month" in page.text
    page = browser.press("Install Ledgerline", expect=409)
    assert "Tick that you agree" in page.text
    assert not Installation.objects.filter(account=customer.account).exists()
    page = browser.press("Install Ledgerline", {"I agree, and I may order this on behalf of the account.": True})
    assert "Installing" in page.text
    return Installation.objects.get(account=customer.account)


def launch(house: House, customer: Customer) -> Page:
    """One click on the icon in My Apps; everything after it happens by itself, on both servers."""
    browser = customer.browser
    page = browser.open("/my-apps")
    address = next(href for _label, href in page.links if href.startswith("/launch/"))
    begun = len(browser.trail)
    page = browser.open(address)
    walked = [urlsplit(url) for url in browser.trail[begun:]]
    partner, site = urlsplit(house.partner.url).netloc, urlsplit(house.site).netloc
    assert [(step.netloc, step.path) for step in walked] == [
        (site, address),
        (partner, "/start"),
        (site, f"/{customer.account.name}/oauth/authorize"),
        (partner, "/callback"),
        (partner, "/hello"),
    ]
    assert set(parse_qs(walked[1].query)) == {"talkdesk_installation_id", "talkdesk_user_id"}
    return page


def remove_app(customer: Customer, installation: Installation) -> Page:
    """Uninstalls with a reason."""
    browser = customer.browser
    browser.open(f"/my-apps/{installation.pk.hex}")
    browser.follow("Uninstall the app")
    browser.press("Remove Ledgerline", expect=422)
    return browser.press(
        "Remove Ledgerline",
        {"We only wanted to try it": True, "In your own words": "The season is over."},
    )


def _labels(page: Page | None, part: str) -> list[str]:
    assert page
    return [c.label for form in page.forms for c in form.controls if part in c.label]
