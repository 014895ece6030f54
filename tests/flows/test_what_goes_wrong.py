"""Step 7: partners that say no, that are away, that get forged events; programs and people without the right."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from tests.factories.catalog import make_published_version
from tests.flows.house import House
from tests.flows.people import Customer, gain_customer
from tests.flows.program import ask, get_token, request_token
from tests.flows.using import launch, order_app

from fondaco.catalog.search import index_listing
from fondaco.installs.models import Installation
from fondaco.kit import clock
from fondaco.messaging.models import Attempt, Delivery, EventSigningKey, Message

pytestmark = pytest.mark.django_db(transaction=True)
ADA = "ada@harbour.example"


@pytest.fixture
def customer(house: House) -> Customer:
    """Ada at the marketplace, in which Ledgerline points at the program that runs here."""
    url = house.partner.url
    version = make_published_version(
        events_callback_url=f"{url}/events", standalone_url=f"{url}/start", redirect_urls=[f"{url}/callback"]
    )
    index_listing(version)
    return gain_customer(house)


def installed(house: House, customer: Customer) -> Installation:
    installation = order_app(customer)
    house.deliver_events()
    house.mails()
    assert status_of(installation) == "completed"
    return installation


def status_of(installation: Installation) -> str:
    return Installation.objects.get(pk=installation.pk).status


def test_a_rejection_says_why_and_can_be_tried_again(house: House, customer: Customer) -> None:
    house.partner.misbehave("reject", "We do not serve banks yet.")
    installation = order_app(customer)
    house.deliver_events()
    assert status_of(installation) == "rejected"
    letter = house.mail_to(ADA, "Ledgerline could not be installed")
    assert "We do not serve banks yet." in str(letter.body)
    page = customer.browser.open(house.link_in(letter))
    assert "We do not serve banks yet." in page.text
    house.partner.misbehave("behave")
    customer.browser.press("Try again now")
    house.deliver_events()
    assert status_of(installation) == "completed"
    house.mail_to(ADA, "Ledgerline is ready")
    assert "Hello, Ada" in launch(house, customer).text


def test_T02_a_partner_that_was_down_is_reached_when_someone_looks(house: House, customer: Customer) -> None:
    house.partner.stop()
    installation = order_app(customer)
    for minutes in (0, 5, 15):
        with clock.travel(timedelta(minutes=minutes, seconds=2)):
            house.try_deliveries()
    assert list(Attempt.objects.values_list("error", flat=True)) == ["connect"] * 3
    assert status_of(installation) == "failed"
    letter = house.mail_to(ADA, "Ledgerline could not be installed")
    house.partner.start()
    page = customer.browser.open(house.link_in(letter))
    assert "being tried right now" in page.text
    assert f'hx-post="/my-apps/{installation.pk.hex}/retry" hx-trigger="load"' in page.html
    scripts = Client()
    scripts.force_login(installation.installed_by.person)
    scripts.post(f"/my-apps/{installation.pk.hex}/retry", headers={"HX-Request": "true"})
    house.deliver_events()
    assert status_of(installation) == "completed"
    assert Message.objects.filter(type="app.installed").count() == 1
    house.mail_to(ADA, "Ledgerline is ready")


def test_T18_a_partner_that_says_nothing_has_seven_days_and_no_more(house: House, customer: Customer) -> None:
    house.partner.misbehave("silent")
    installation = order_app(customer)
    house.deliver_events()
    with clock.travel(timedelta(days=6, hours=23)):
        house.sweep()
    assert status_of(installation) == "installing"
    with clock.travel(timedelta(days=7, minutes=1)):
        house.sweep()
        assert status_of(installation) == "timeout"
        house.mail_to(ADA, "Ledgerline could not be installed")
    customer.browser.open(f"/my-apps/{installation.pk.hex}")
    customer.browser.follow("Remove the app")
    page = customer.browser.press("Remove Ledgerline")
    assert "Ledgerline was removed." in page.text
    assert status_of(installation) == "revoked"


def test_a_forged_event_is_refused_by_the_partner(house: House, customer: Customer) -> None:
    installation = order_app(customer)
    body = Message.objects.get().wire_body
    house.deliver_events()
    key = ec.generate_private_key(ec.SECP256R1())
    real = Delivery.objects.get(message__type="app.installed")
    forged = {
        "X-Hub-Ecdsa-Signature": key.sign(body, ec.ECDSA(hashes.SHA512())).hex(),
        "X-Hub-Ecdsa-Signature-Id": EventSigningKey.objects.get(algorithm="ecdsa").pk.hex,
    }
    seen = house.partner.events()
    assert house.partner.post_event(body, forged) == 401
    assert house.partner.post_event(body, {**forged, "X-Hub-Ecdsa-Signature-Id": "0" * 32}) == 401
    assert house.partner.post_event(body, {}) == 401
    assert house.partner.events() == seen
    assert (real.status, status_of(installation)) == ("delivered", "completed")


def test_bad_tokens_and_old_assertions_are_refused(house: House, customer: Customer) -> None:
    installation = installed(house, customer)
    known = house.partner.installation(installation.pk.hex)
    assert known is not None
    token = get_token(known)
    assert ask("GET", f"{house.site}/account", token)[0] == 200
    for wrong in ("nonsense", token[:-4] + "AAAA"):
        status, answer = ask("GET", f"{house.site}/account", wrong)
        assert (status, answer["code"]) == (401, "401-token-refused")
        answered = ask("POST", f"{known.installation_url}/state", wrong, {"state": "reject"})
        assert answered[0] == 401
    with clock.travel(timedelta(minutes=10)):
        status, answer = request_token(known)
        assert (status, answer["error"]) == (401, "invalid_client")
        assert ask("GET", f"{house.site}/account", token)[0] == 401
    assert request_token(known)[0] == 200
    assert status_of(installation) == "completed"


def test_a_strangers_account_gets_nothing(house: House, customer: Customer) -> None:
    installation = installed(house, customer)
    stranger = gain_customer(house, "lumen", "Lumen Bank")
    theirs = order_app(stranger)
    house.deliver_events()
    place = f"/my-apps/{installation.pk.hex}"
    for address in (place, f"{place}/uninstall", f"/launch/{installation.pk.hex}"):
        page = stranger.browser.open(address, expect=404)
        assert "Harbour Bank" not in page.text
    program = house.partner.installation(theirs.pk.hex)
    other = house.partner.installation(installation.pk.hex)
    assert program is not None
    assert other is not None
    token = get_token(program)
    assert ask("GET", program.installation_url, token)[0] == 200
    for path in ("", "/users", "/subscription", "/state"):
        assert ask("GET", f"{other.installation_url}{path}", token)[0] == 404
    assert ask("POST", f"{other.installation_url}/state", token, {"state": "reject"})[0] == 404
    page = stranger.browser.open(
        f"{house.partner.url}/start?talkdesk_installation_id={installation.pk.hex}", expect=403
    )
    assert page.url.startswith(f"{house.site}/harbour/oauth/authorize")
    assert status_of(installation) == "completed"
