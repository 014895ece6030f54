"""Step 1 of the main job: a stranger becomes a partner."""

from __future__ import annotations

import re

from tests.factories.accounts import code_of
from tests.flows.browser import Browser
from tests.flows.house import House

from fondaco.kit.ids import parse_wire
from fondaco.partners.models import DeveloperGrant, Partner

MARA = "mara@ledgerline.example"
MARAS_PASSWORD = "nine-lamps-in-the-attic"
INTENTION = "Agents see open invoices beside the caller and take a payment without leaving the call."


def become_partner(house: House, operator: Browser) -> Browser:
    """Applies, confirms, is asked, answers, is approved, joins. Returns Mara's browser, in the portal."""
    mara = house.browser()
    _apply(house, mara)
    application = _ask(operator)
    letter = house.mail_to(MARA, "A question about your request to become a partner")
    assert "Where do you keep payment data?" in str(letter.body)
    mara.open(house.link_in(letter))
    page = mara.press("Send the answer", {"Your answer": "In Frankfurt, for thirty days."})
    assert "With a partner manager; the answer comes by mail." in page.text
    house.mails()
    page = operator.open(f"/backoffice/applications/{application}")
    assert "In Frankfurt, for thirty days." in page.text
    operator.press("Approve")
    invitation = house.mail_to(MARA, "Ledgerline GmbH is a partner now")
    page = mara.open(house.link_in(invitation))
    assert page.title.startswith("Join Ledgerline GmbH")
    page = mara.press("Set the password and join", {"Your name": "Mara Lind", "Password": MARAS_PASSWORD})
    assert page.title.startswith("Before you go on")
    page = mara.open("/account/2fa/app/")
    secret = re.search(r'data-copy="([A-Z2-7]{32})"', page.html)
    assert secret
    page = mara.press("Set it up", {"Code": code_of(secret.group(1))})
    assert page.title.startswith("Your recovery codes")
    house.mail_to(MARA, "You can prove yourself by one more thing")
    page = mara.open("/home")
    assert page.url == f"{house.site}/portal/"
    check_partner()
    return mara


def check_partner() -> None:
    """What the approval made: the developer account and its grants."""
    partner = Partner.objects.get()
    account = partner.developer_account
    assert (partner.name, account.is_sandbox) == ("Ledgerline GmbH", True)
    grants = DeveloperGrant.objects.filter(account=account).order_by("quantity")
    assert list(grants.values_list("kind", "quantity", "amount_minor")) == [("credit", 0, 2500), ("licences", 3, 0)]
    assert [(m.person.email, m.role) for m in partner.members.all()] == [(MARA, "owner")]


def _apply(house: House, mara: Browser) -> None:
    mara.open("/")
    mara.open("/partners/apply")
    entries = {
        "Company": "Ledgerline GmbH",
        "Website": "https://ledgerline.example",
        "Your name": "Mara Lind",
        "Your e-mail address at work": MARA,
        "What will you build?": "Invoices",
    }
    page = mara.press("Send the request", entries, expect=422)
    assert "at least 20 characters" in page.text
    assert house.mails() == []
    page = mara.press("Send the request", {"What will you build?": INTENTION})
    assert MARA in page.text
    mara.open(house.link_in(house.mail_to(MARA, "Confirm your address to become a partner")))
    page = mara.press("Yes, confirm my address")
    assert "Thank you, your address is confirmed" in page.text
    house.mail_to(MARA, "We have your request to become a partner")


def _ask(operator: Browser) -> str:
    operator.open("/backoffice/")
    page = operator.open("/backoffice/applications")
    address = next(href for label, href in page.links if "Ledgerline GmbH" in label)
    page = operator.open(address)
    assert INTENTION in page.text
    operator.press("Send the question", {"Your question": "Where do you keep payment data?"})
    application = address.rsplit("/", 1)[1]
    assert parse_wire(application)
    return application
