"""Asking for new credentials, acknowledging them, and fetching them from a link."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from tests.factories.accounts import SYSTEM
from tests.factories.installs import PARTNER_PROGRAM, make_completed, make_installing
from tests.http.wire.conftest import Program
from tests.leaks import find_leaks

from fondaco.audit.models import Event
from fondaco.identity.actions import end_credentials
from fondaco.identity.models import CredentialSet
from fondaco.identity.tokens import issue_access_token
from fondaco.installs.actions import rotate_own_credentials
from fondaco.kit import clock, crypto, deadlines
from fondaco.messaging.actions import Outcome
from fondaco.messaging.models import CredentialClaim, Delivery, Message
from fondaco.messaging.results import record_attempt

pytestmark = pytest.mark.django_db
DATA = [
    "installation_id", "account_id", "account_name", "client_id", "client_secret", "private_key", "public_key",
    "key_id", "key_algorithm",
]  # fmt: skip


@pytest.fixture
def active(client: Client) -> Program:
    return Program(make_completed(), client)


@pytest.fixture
def claiming(client: Client) -> Program:
    """Its version fetches credentials from a link."""
    return Program(make_completed(are_credentials_claimed=True), client)


def sets(program: Program) -> list[CredentialSet]:
    return list(program.installation.client.credential_sets.select_related("client__account").order_by("id"))


def ask(program: Program) -> Any:
    return program.post(f"{program.place}/credentials/actions/rotate", {})


def acknowledge(program: Program, client_id: str, body: Any = None, **how: Any) -> Any:
    body = {"state": "acknowledged"} if body is None else body
    return program.post(f"{program.place}/credentials/{client_id}/state", body, **how)


def standard(response: Any, status: int, code: str) -> dict[str, Any]:
    body: dict[str, Any] = response.json()
    assert (response.status_code, body["code"]) == (status, f"{status}-{code}"), body
    assert set(body) == {"code", "message", "description", "fields"}
    return body


def link_of(message: Message) -> str:
    href: str = json.loads(message.wire_body)["_links"]["credentials"]["href"]
    return href.removeprefix("http://127.0.0.1:8000")


def test_asking_is_answered_202_without_credentials(active: Program) -> None:
    response = ask(active)
    assert response.status_code == 202
    assert response.json() == {
        "_links": {"self": {"href": f"http://127.0.0.1:8000{active.place}/credentials/actions/rotate"}}
    }
    assert response["Cache-Control"] == "no-store"
    assert len(sets(active)) == 2
    fact = Event.objects.get(kind="credentials.rotated")
    assert (fact.actor_kind, fact.actor_id) == ("client", active.installation.client_id.hex)


def test_asking_needs_no_body_and_reads_none(active: Program) -> None:
    path = f"{active.place}/credentials/actions/rotate"
    response = active.http.post(path, headers={"Authorization": f"Bearer {active.token()}"})
    assert response.status_code == 202


def test_asking_twice(active: Program) -> None:
    ask(active)
    standard(ask(active), 409, "rotation-under-way")
    assert len(sets(active)) == 2


def test_asking_before_the_first_answer(program: Program) -> None:
    standard(ask(program), 409, "not-in-use")


@pytest.mark.parametrize("which", [0, 1])
def test_either_set_may_acknowledge(active: Program, which: int) -> None:
    ask(active)
    by = issue_access_token(credentials=sets(active)[which], scope="apps:write")
    new = sets(active)[1].wire_client_id
    response = acknowledge(active, new, token=by)
    assert response.status_code == 202
    address = f"http://127.0.0.1:8000{active.place}/credentials/{new}/state"
    assert response.json() == {"state": "acknowledged", "_links": {"self": {"href": address}}}
    assert [each.is_usable for each in sets(active)] == [False, True]
    standard(acknowledge(active, new), 409, "nothing-to-acknowledge")


def test_the_old_set_cannot_be_acknowledged(active: Program) -> None:
    ask(active)
    standard(acknowledge(active, sets(active)[0].wire_client_id), 409, "nothing-to-acknowledge")
    assert [each.is_usable for each in sets(active)] == [True, True]


def test_an_unknown_set(active: Program) -> None:
    ask(active)
    for client_id in ("0" * 32, "nonsense"):
        standard(acknowledge(active, client_id), 404, "not-found")


@pytest.mark.parametrize("body", [{}, {"state": "rejected"}, {"state": None}, {"state": ["acknowledged"]}])
def test_other_states_are_refused(active: Program, body: Any) -> None:
    ask(active)
    refusal = standard(acknowledge(active, sets(active)[1].wire_client_id, body), 422, "invalid")
    assert [field["name"] for field in refusal["fields"]] == ["state"]
    assert [each.status for each in sets(active)] == ["issued", "issued"]


def test_the_scope_and_the_owner_are_checked(active: Program) -> None:
    ask(active)
    new = sets(active)[1].wire_client_id
    reader = active.token(scope="apps:read")
    for response in (
        active.post(f"{active.place}/credentials/actions/rotate", {}, token=reader),
        acknowledge(active, new, token=reader),
    ):
        standard(response, 403, "insufficient-scope")
    stranger = Program(make_completed(), active.http)
    for response in (
        active.post(f"{active.place}/credentials/actions/rotate", {}, token=stranger.token()),
        acknowledge(active, new, token=stranger.token()),
    ):
        standard(response, 404, "not-found")
    assert [each.status for each in sets(active)] == ["issued", "issued"]


def test_only_post_is_answered(active: Program) -> None:
    response = active.get(f"{active.place}/credentials/actions/rotate")
    standard(response, 405, "method-not-allowed")


def test_T22_the_secrets_are_gone_with_the_delivery(active: Program, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    ask(active)
    message = Message.objects.get(type="app.credentials_rotated")
    data = json.loads(message.wire_body)["data"]
    secrets = (data["client_secret"], data["private_key"])
    logged = [record.getMessage() for record in caplog.records]
    assert find_leaks(*secrets, logged=logged) == []
    path = f"{active.base}/events/{message.pk.hex}"
    assert active.get(path).json()["data"]["private_key"] == data["private_key"]
    echo = f"got {data['client_secret']}".encode()
    delivered = Outcome(clock.now(), 3, 200, response_body=echo)
    record_attempt(actor=SYSTEM, delivery_id=message.pk, outcome=delivered)
    assert find_leaks(*secrets) == []
    shown = active.get(path).json()["data"]
    assert (shown["client_secret"], shown["private_key"]) == (None, None)
    assert shown["client_id"] == data["client_id"]


def test_the_event_carries_a_link_in_place_of_the_secrets(claiming: Program) -> None:
    installed = Message.objects.get(type="app.installed")
    body = json.loads(installed.wire_body)
    assert list(body["data"]) == DATA
    assert body["data"]["client_secret"] is body["data"]["private_key"] is None
    assert set(body["_links"]) == {
        "root", "self", "installation", "userinfo", "authorization", "tokens", "credentials"
    }  # fmt: skip
    token = link_of(installed).removeprefix("/credential-claims/")
    assert crypto.is_well_formed_secret(token, "fdk_")
    assert installed.content["_links"]["credentials"] == {"href": None}
    assert find_leaks(token) == []


def test_claiming_gives_the_documented_data_once(claiming: Program, client: Client) -> None:
    path = link_of(Message.objects.get(type="app.installed"))
    response = client.post(path)
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    data = response.json()
    assert list(data) == DATA
    (issued,) = sets(claiming)
    assert data["client_id"] == issued.wire_client_id
    assert crypto.verify_hash(data["client_secret"], issued.secret_hash)
    claim = CredentialClaim.objects.get()
    assert (claim.credentials, claim.claimed_at is None) == (None, False)
    assert find_leaks(data["client_secret"], data["private_key"]) == []
    standard(client.post(path), 410, "claim-over")
    fact = Event.objects.get(kind="credentials.claimed")
    assert (fact.data, fact.actor_address) == ({"client_id": issued.wire_client_id}, "127.0.0.1")


def test_looking_at_the_link_spends_nothing(claiming: Program, client: Client) -> None:
    path = link_of(Message.objects.get(type="app.installed"))
    for method in ("GET", "HEAD", "OPTIONS", "PUT", "DELETE"):
        response = client.generic(method, path)
        assert (response.status_code, response["Allow"]) == (405, "POST")
    assert client.post(path).status_code == 200


def test_an_unknown_link(client: Client) -> None:
    good, other = crypto.new_secret("fdk_"), crypto.new_secret("fdc_")
    for token in (good, other, "nonsense", good[:-1], "%00", "%F0%9F%98%80", "x" * 4000):
        standard(client.post(f"/credential-claims/{token}"), 404, "not-found")


def test_the_link_is_over_after_seven_days(claiming: Program, client: Client) -> None:
    path = link_of(Message.objects.get(type="app.installed"))
    with clock.travel(timedelta(days=7)):
        standard(client.post(path), 410, "claim-over")
        while deadlines.sweep_once():
            pass
        assert CredentialClaim.objects.get().credentials is None


def test_the_link_of_a_dead_set_is_over(claiming: Program, client: Client) -> None:
    path = link_of(Message.objects.get(type="app.installed"))
    with transaction.atomic():
        end_credentials(actor=SYSTEM, clients=[claiming.installation.client])
    standard(client.post(path), 410, "claim-over")
    assert CredentialClaim.objects.get().claimed_at is None


def test_T11_a_redelivered_event_has_the_same_link(claiming: Program, client: Client) -> None:
    message = Message.objects.get(type="app.installed")
    before = message.wire_body
    record_attempt(actor=SYSTEM, delivery_id=message.pk, outcome=Outcome(clock.now(), 3, 500))
    client.post(link_of(message))  # it was received all the same
    message.refresh_from_db()
    assert message.wire_body == before
    assert CredentialClaim.objects.count() == 1
    assert Delivery.objects.get(pk=message.pk).status == "pending"


def test_delivery_erases_the_link_and_keeps_the_claim(claiming: Program, client: Client) -> None:
    message = Message.objects.get(type="app.installed")
    path = link_of(message)
    record_attempt(
        actor=SYSTEM, delivery_id=message.pk, outcome=Outcome(clock.now(), 3, 200, response_body=path.encode())
    )
    assert find_leaks(path.removeprefix("/credential-claims/")) == []
    shown = claiming.get(f"{claiming.base}/events/{message.pk.hex}").json()
    assert shown["_links"]["credentials"] == {"href": None}
    assert client.post(path).status_code == 200


def test_a_rotation_is_claimed_too(claiming: Program, client: Client) -> None:
    rotate_own_credentials(actor=PARTNER_PROGRAM, installation=claiming.installation)
    message = Message.objects.get(type="app.credentials_rotated")
    assert json.loads(message.wire_body)["data"]["private_key"] is None
    data = client.post(link_of(message)).json()
    assert data["client_id"] == sets(claiming)[1].wire_client_id
    assert acknowledge(claiming, data["client_id"]).status_code == 202


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_gets_it() -> None:
    make_installing(are_credentials_claimed=True)
    path = link_of(Message.objects.get(type="app.installed"))
    gate, answers = threading.Barrier(4), []

    def fetch() -> None:
        gate.wait()
        answers.append(Client().post(path).status_code)
        connection.close()

    threads = [threading.Thread(target=fetch) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, 410, 410, 410]
