"""A draft is tried by an invited account and ends; an app in use goes to another partner, and its program goes on."""

from __future__ import annotations

import pytest
from tests.factories.accounts import actor_for, make_operator
from tests.factories.catalog import make_app, make_published_version, make_version
from tests.factories.lifecycle import accept, make_tester, make_transfer, owner_of
from tests.flows.house import House
from tests.flows.people import Customer, gain_customer
from tests.flows.program import ask, get_token
from tests.flows.using import launch

from fondaco.accounts.permissions import OperatorRole
from fondaco.catalog import actions as catalog
from fondaco.catalog.models import App, Version
from fondaco.catalog.queries import link_address
from fondaco.installs.actions import retire_app, rotate_credentials, uninstall_app
from fondaco.installs.errors import StillInstalled
from fondaco.installs.models import Installation
from fondaco.notify.mails.app_transferred import tell_customers

pytestmark = pytest.mark.django_db(transaction=True)


def addresses(house: House) -> dict[str, object]:
    root = house.partner.url
    return {
        "events_callback_url": f"{root}/events",
        "standalone_url": f"{root}/start",
        "redirect_urls": [f"{root}/callback"],
        "scopes": ["account:read", "users:read"],
    }


def order(customer: Customer, first: str, app: App) -> Installation:
    """From an address to the order, as an administrator does; returns what was installed."""
    browser = customer.browser
    browser.open(first)
    browser.press("Next: users")
    browser.press("Next: confirm")
    browser.press(f"Install {app.name}", {"I agree, and I may order this on behalf of the account.": True})
    return Installation.objects.get(account=customer.account)


def trial_of(version: Version) -> str:
    return version.plans.get(name="Trial").pk.hex


def remove(house: House, installation: Installation) -> None:
    by = installation.installed_by
    uninstall_app(actor=actor_for(by.person), by=by, installation=installation, reason_type="not_needed")
    house.deliver_events()


def test_a_draft_is_tried_by_its_link_and_the_app_ends(house: House) -> None:
    version = make_version(make_app(), **addresses(house))
    app, by = version.app, owner_of(version.app.partner)
    customer = gain_customer(house)
    make_tester(app, customer.account)
    link = catalog.make_install_link(actor=actor_for(by.person), by=by, version=version)
    page = customer.browser.open("/my-apps/tests")
    assert "its technical content is draft" in page.text
    address = next(href for _label, href in page.links if "/install/" in href)
    assert link_address(link) in {address, f"{house.site}{address}"}
    page = customer.browser.open(address.removeprefix(house.site))
    assert "Private installation." in page.text
    installation = order(customer, f"/install/{app.slug}?version={version.pk.hex}&plan={trial_of(version)}", app)
    house.deliver_events()
    assert Installation.objects.get().status == "completed"
    assert launch(house, customer).title == "Hello, Ada Adler · Hello Partner"

    with pytest.raises(StillInstalled):
        retire_app(actor=actor_for(by.person), by=by, app=app)
    remove(house, Installation.objects.get(pk=installation.pk))
    assert Installation.objects.get().status == "revoked"
    assert retire_app(actor=actor_for(by.person), by=by, app=app).is_retired
    page = customer.browser.open(address.removeprefix(house.site), expect=409)
    assert "This app was retired by its partner and can no longer be installed." in page.text


def test_an_app_in_use_goes_to_another_partner(house: House) -> None:
    version = make_published_version(make_app(), **addresses(house))
    app = version.app
    customer = gain_customer(house)
    installation = order(customer, f"/install/{app.slug}?plan={trial_of(version)}", app)
    house.deliver_events()
    known = house.partner.installation(installation.pk.hex)
    assert known is not None
    token = get_token(known)
    house.mails()

    transfer, jon = accept(make_transfer(app)), make_operator(OperatorRole.PARTNER_MANAGER)
    catalog.confirm_transfer(actor=actor_for(jon.person), by=jon, transfer=transfer)
    tell_customers(app.pk.hex)
    told = [letter for letter in house.mails() if letter.to == ["ada@harbour.example"]]
    assert [letter.subject for letter in told] == ["Ledgerline belongs to Northwind Labs now"]
    page = customer.browser.open(house.link_in(told[0]))
    assert "Ledgerline was handed over to Northwind Labs, who answers for it from here on" in page.text

    assert ask("GET", known.installation_url, token)[0] == 200  # a token of before
    assert ask("GET", known.installation_url, get_token(known))[0] == 200  # and one of after, with the same credentials
    assert launch(house, customer).title == "Hello, Ada Adler · Hello Partner"
    support = make_operator(OperatorRole.SUPPORT)
    found = Installation.objects.select_related("app__partner", "client", "account").get()
    rotate_credentials(
        actor=actor_for(support.person), by=support, installation=found, is_forced=False, reason="New owner"
    )
    house.deliver_events()
    assert house.partner.events()[0][:2] == ("app.credentials_rotated", "done")
    assert ask("GET", known.installation_url, get_token(house.partner.installation(installation.pk.hex)))[0] == 200  # type: ignore[arg-type]
    new = owner_of(transfer.receiver)
    fresh = Version.objects.select_related("app__partner").get(pk=version.pk)
    catalog.deprecate_version(actor=actor_for(new.person), by=new, version=fresh, reason="Soon there is a new one.")
    remove(house, Installation.objects.select_related("installed_by__person").get())
    assert ("app.uninstalled", "done") in [event[:2] for event in house.partner.events()]
    assert Installation.objects.get().status == "revoked"
