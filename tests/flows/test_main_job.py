"""The main job from end to end, in one process: real pages, real mails, the real partner program, the real wire."""

from __future__ import annotations

import base64
import json
import logging

import pytest
from tests.factories.accounts import PASSWORD, actor_for
from tests.flows.becoming import MARAS_PASSWORD, become_partner
from tests.flows.house import House, rows_of_every_table
from tests.flows.people import Customer, gain_customer, hire_operator
from tests.flows.program import ask, get_token, request_token
from tests.flows.publishing import publish_app
from tests.flows.using import launch, order_app, remove_app

from fondaco.audit.chain import seal_all, verify
from fondaco.identity.actions import create_personal_token
from fondaco.installs.models import Installation, Operation
from fondaco.messaging.models import Delivery, Message

pytestmark = pytest.mark.django_db(transaction=True)


def prepare(house: House) -> Customer:
    """Steps 1 to 3: a partner, an app in the marketplace, and a customer who may order."""
    _jon, operator = hire_operator(house)
    mara = become_partner(house, operator)
    version = publish_app(house, mara, operator)
    assert version.plans.count() == 2
    customer = gain_customer(house)
    house.mails()
    return customer


def test_the_whole_life(house: House) -> None:
    customer = prepare(house)

    installation = order_app(customer)
    assert (installation.status, installation.total_licences) == ("installing", 2)
    assert house.mails() == []
    house.deliver_events()
    assert [event[:2] for event in house.partner.events()] == [("app.trial_started", "done"), ("app.installed", "done")]
    assert Installation.objects.get().status == "completed"
    letter = house.mail_to("ada@harbour.example", "Ledgerline is ready")
    page = customer.browser.open(house.link_in(letter))
    assert page.has_link("Ledgerline")
    assert "Installing" not in page.text
    assert "30 days left" in page.text

    known = house.partner.installation(installation.pk.hex)
    assert known is not None
    assert (known.state, known.app_name, known.company) == ("active", "Ledgerline", "Harbour Bank")
    assert (known.installed_by, known.plan_type, known.licences) == ("Ada Adler", "trial", 2)
    hello = launch(house, customer)
    assert hello.title == "Hello, Ada Adler · Hello Partner"
    assert "You are signed in to Ledgerline for Harbour Bank." in hello.text

    token = get_token(known)
    assert ask("GET", known.installation_url, token)[0] == 200
    page = remove_app(customer, installation)
    assert "Ledgerline is being removed." in page.text
    house.deliver_events()
    operation = Operation.objects.get(kind="uninstall")
    assert (operation.status, operation.reason_type, operation.reason) == (
        "approved", "trial_only", "The season is over.",
    )  # fmt: skip
    assert Installation.objects.get().status == "revoked"
    page = customer.browser.open("/my-apps")
    assert not page.has_link("Ledgerline")
    house.mail_to("ada@harbour.example", "Ledgerline was removed")
    assert ask("GET", known.installation_url, token)[0] == 401
    status, refusal = request_token(known)
    assert (status, refusal["error"]) == (401, "invalid_client")
    assert not house.partner.installation(installation.pk.hex).private_key  # type: ignore[union-attr]
    customer.browser.open(f"/launch/{installation.pk.hex}", expect=403)
    assert set(Delivery.objects.values_list("status", flat=True)) == {"delivered"}
    seal_all()
    assert verify() == []


def test_T22_after_a_whole_life_no_secret_is_readable_anywhere(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """The database, the queue as it ever was, and the logs are searched for every secret of the life."""
    caplog.set_level(logging.INFO)
    caplog.set_level(logging.DEBUG, "fondaco")
    customer = prepare(house)
    installation = order_app(customer)
    message = Message.objects.get()
    sent = message.wire_body.decode()
    secrets = _credentials_in(sent)
    house.deliver_events()
    launch(house, customer)
    known = house.partner.installation(installation.pk.hex)
    assert known is not None
    secrets["access token"] = get_token(known)
    person = customer.admin.person
    secrets["personal token"] = create_personal_token(actor=actor_for(person), person=person, name="drive")[1]
    house.mails()
    secrets |= {"password": PASSWORD, "Mara's password": MARAS_PASSWORD}
    secrets |= {
        link: link.rsplit("/", 1)[1] for link in house.links if link.startswith(("/partners/", "/invitations/"))
    }
    assert len(secrets) == 9
    codes = [url.split("code=")[1].split("&")[0] for url in customer.browser.trail if "code=" in url]
    assert len(codes) == 1
    secrets["code"] = codes[0]

    before = {"tables": rows_of_every_table(), "queue": "\n".join(house.queued), "logs": caplog.text}
    remove_app(customer, installation)
    house.deliver_events()
    house.mails()
    after = {"tables": rows_of_every_table(), "queue": "\n".join(house.queued), "logs": caplog.text}
    assert "notify.send" in after["queue"]
    assert "ada@harbour.example" in after["tables"]
    for where, text in [*before.items(), *after.items()]:
        found = [name for name, secret in secrets.items() if any(form in text for form in _forms(secret))]
        assert found == [], where


def _credentials_in(body: str) -> dict[str, str]:
    data = json.loads(body)["data"]
    return {"client secret": data["client_secret"], "private key": data["private_key"]}


def _forms(secret: str) -> tuple[str, ...]:
    """As it is, and as a binary column or an encoded copy would show it."""
    raw = secret.encode()
    return secret, raw.hex(), base64.b64encode(raw).decode().rstrip("=")
