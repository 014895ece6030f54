"""The life of credentials: handed over, replaced, compromised, fetched by a link, cut off, let in again."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from tests.factories.accounts import SYSTEM, make_operator
from tests.factories.catalog import make_published_version
from tests.factories.partners import make_member
from tests.flows.house import House
from tests.flows.house import Installation as Held
from tests.flows.people import Customer, gain_customer
from tests.flows.program import ask, get_token, request_token
from tests.flows.using import launch, order_app
from tests.leaks import count_columns, find_leaks

from fondaco.accounts.permissions import OperatorRole
from fondaco.catalog.search import index_listing
from fondaco.identity.actions import create_personal_token
from fondaco.installs.models import Installation
from fondaco.kit import clock
from fondaco.messaging.models import CredentialClaim, Message

pytestmark = pytest.mark.django_db(transaction=True)
ADA = "ada@harbour.example"
STAFF_MAIL = ("people.example", "A new access token: flows")  # of the operator who acts here
WHY = "It copies contacts to a stranger's server."


def gain(house: House, **technical: Any) -> Customer:
    """Ada at the marketplace, in which Ledgerline points at the program that runs here."""
    url = house.partner.url
    version = make_published_version(
        events_callback_url=f"{url}/events",
        standalone_url=f"{url}/start",
        redirect_urls=[f"{url}/callback"],
        **technical,
    )
    make_member(version.app.partner)
    index_listing(version)
    return gain_customer(house)


def install(house: House, customer: Customer) -> tuple[Installation, Held]:
    """The installation, and what the partner's program holds of it."""
    installation = order_app(customer)
    house.deliver_events()
    house.mails()
    assert Installation.objects.get(pk=installation.pk).status == "completed"
    return installation, held(house, installation)


def held(house: House, installation: Installation) -> Held:
    found = house.partner.installation(installation.pk.hex)
    assert found is not None
    return found


def works(credentials: Held) -> bool:
    status, body = request_token(credentials)
    assert (status, body.get("error")) in {(200, None), (401, "invalid_client")}, body
    return status == 200


def sent(installation: Installation, before: Held) -> Held:
    """The credentials in the event that waits for delivery."""
    message = Message.objects.filter(installation=installation, type="app.credentials_rotated").latest("sequence")
    data = json.loads(message.wire_body)["data"]
    return replace(before, **{name: data[name] for name in ("client_id", "private_key", "key_id", "key_algorithm")})


def rotate_by_wire(credentials: Held) -> int:
    url = f"{credentials.installation_url}/credentials/actions/rotate"
    return ask("POST", url, get_token(credentials))[0]


class Staff:
    """Support, at the management API."""

    def __init__(self, house: House) -> None:
        person = make_operator(OperatorRole.SUPPORT).person
        _row, plain = create_personal_token(actor=SYSTEM, person=person, name="flows")
        self._base, self._headers = f"{house.site}/api/v1/operator", {"Authorization": f"Bearer {plain}"}

    def get(self, path: str) -> dict[str, Any]:
        answer = httpx.get(self._base + path, headers=self._headers, trust_env=False)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def post(self, path: str, body: dict[str, Any], status: int = 200) -> dict[str, Any]:
        answer = httpx.post(self._base + path, json=body, headers=self._headers, trust_env=False)
        assert answer.status_code == status, answer.text
        found: dict[str, Any] = answer.json()
        return found


def test_T22_routine_rotation_until_the_partner_acknowledges(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    customer = gain(house)
    installation, old = install(house, customer)
    assert find_leaks(old.private_key) == []
    assert rotate_by_wire(old) == 202
    new = sent(installation, old)
    assert (works(old), works(new)) == (True, True)
    body = json.loads(Message.objects.get(type="app.credentials_rotated").wire_body)
    secrets = (body["data"]["client_secret"], body["data"]["private_key"])
    house.deliver_events()
    assert ("app.credentials_rotated", "done", "acknowledged") in house.partner.events()
    assert held(house, installation).client_id == new.client_id
    assert (works(old), works(new)) == (False, True)
    letters = [mail for mail in house.mails() if "New credentials" in mail.subject]
    assert [mail.subject for mail in letters] == ["New credentials for Ledgerline at Harbour Bank"]
    logged = [record.getMessage() for record in caplog.records]
    assert count_columns() > 100
    assert find_leaks(*secrets, logged=[*logged, *house.queued, str(letters[0].body)]) == []
    assert "Hello, Ada" in launch(house, customer).text


def test_without_acknowledgement_the_old_set_ends_after_seven_days(house: House) -> None:
    installation, old = install(house, gain(house))
    assert rotate_by_wire(old) == 202
    new = sent(installation, old)
    house.partner.misbehave("silent")
    house.deliver_events()
    clock.set_offset(installation.account_id, timedelta(days=7) - timedelta(minutes=1))
    house.sweep()
    assert (works(old), works(new)) == (True, True)
    clock.set_offset(installation.account_id, timedelta(days=7))
    house.sweep()
    assert (works(old), works(new)) == (False, True)


def test_a_compromise_leaves_no_moment_for_the_old_set(house: House) -> None:
    customer = gain(house)
    installation, old = install(house, customer)
    token = get_token(old)
    assert "Hello, Ada" in launch(house, customer).text
    staff = Staff(house)
    path = f"/installations/{installation.pk.hex}/credentials/rotate"
    staff.post(path, {"is_forced": True, "reason": "It was on a pastebin."})
    assert not works(old)
    assert ask("GET", old.installation_url, token)[0] == 401
    house.deliver_events()
    assert works(held(house, installation))
    assert [one["is_usable"] for one in staff.get(path.removesuffix("/rotate"))["items"]] == [True, False]
    assert "Hello, Ada" in launch(house, customer).text
    letter = next(mail for mail in house.mails() if "New credentials" in mail.subject)
    assert "It was on a pastebin." in str(letter.body)


def test_T22_credentials_that_are_fetched_once(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    customer = gain(house, are_credentials_claimed=True)
    installation, first = install(house, customer)
    assert works(first)
    assert CredentialClaim.objects.get().claimed_at is not None
    assert "Hello, Ada" in launch(house, customer).text
    assert rotate_by_wire(first) == 202
    house.deliver_events()
    second = held(house, installation)
    assert (works(first), works(second)) == (False, True)
    logged = [record.getMessage() for record in caplog.records]
    house.mails()
    assert find_leaks(first.private_key, second.private_key, logged=[*logged, *house.queued]) == []


def test_the_kill_switch_and_the_way_back(house: House) -> None:
    customer = gain(house)
    installation, old = install(house, customer)
    token, staff, app = get_token(old), Staff(house), installation.app_id.hex
    assert ask("GET", old.installation_url, token)[0] == 200
    reach = staff.get(f"/access/app/{app}")
    counted = (reach["accounts"], reach["installations"], reach["licensed_users"], reach["confirmation"])
    assert counted == (1, 1, 2, "Ledgerline")
    cutoff = staff.post(f"/access/app/{app}/cut-off", {"reason": WHY, "confirmation": "Ledgerline"}, 201)
    assert ask("GET", old.installation_url, token)[0] == 401
    assert not works(old)
    page = customer.browser.open("/my-apps")
    assert f"Cut off by the platform: “{WHY}”" in page.text
    page = customer.browser.open(f"/launch/{installation.pk.hex}", expect=403)
    assert WHY in page.text
    assert "support@fondaco.example" in page.text
    house.work()
    told = {(mail.to[0].split("@")[1], mail.subject) for mail in house.mails()} - {STAFF_MAIL}
    assert told == {("harbour.example", "Ledgerline is cut off"), ("ledgerline.example", "Ledgerline is cut off")}
    staff.post(f"/cutoffs/{cutoff['id']}/restore", {"reason": "Mended in 1.0.1."})
    assert not works(old)
    house.work()
    house.deliver_events()
    assert not works(old)
    assert works(held(house, installation))
    assert "Hello, Ada" in launch(house, customer).text
    told = {(mail.to[0].split("@")[1], mail.subject) for mail in house.mails()}
    again = "Ledgerline is let in again"
    assert told == {("harbour.example", again), ("ledgerline.example", again)}
