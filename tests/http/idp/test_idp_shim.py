"""The shim before Django: what it answers itself, what it leaves alone, and that it knows of every revocation."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import Mock

import psycopg
import pytest
from django.db import connection, transaction
from pytest_django.fixtures import Settings
from tests.factories.accounts import SYSTEM
from tests.factories.identity import Program, make_program
from tests.http.idp.machine import Machine, Request, ask_about, ask_keys, ask_token

from fondaco.identity import actions, signing_keys
from fondaco.identity.hot.last_use import LastUse, last_use
from fondaco.identity.hot.statements import Unavailable
from fondaco.identity.models import CredentialSet, Cutoff, OAuthClient, RevokedToken, RsaSigningKey
from fondaco.identity.tokens import verify_access_token
from fondaco.kit import clock
from fondaco.kit.models import ClockOffset

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def program() -> Program:
    return make_program()


@pytest.fixture
def machine(program: Program) -> Machine:
    """A process that has answered a request of each kind."""
    machine = Machine()
    token = machine.ask(ask_token(program)).json["access_token"]
    machine.warm(ask_token(program), ask_about(token, program), ask_keys(program))
    return machine


@pytest.fixture
def notes(monkeypatch: pytest.MonkeyPatch) -> LastUse:
    """Written down by nobody but the test: the thread that begins with the first note waits."""
    monkeypatch.setattr("fondaco.identity.hot.last_use.GATHERED_SECONDS", 3600.0)
    return LastUse()


def test_the_first_of_each_kind_is_django_s_and_the_next_is_not(program: Program) -> None:
    machine = Machine()
    first = machine.ask(ask_token(program))
    token = first.json["access_token"]
    assert [machine.ask(each).by_django for each in (ask_about(token, program), ask_keys(program))] == [True, True]
    assert first.by_django
    again = [machine.ask(each) for each in (ask_token(program), ask_about(token, program), ask_keys(program))]
    assert [answer.by_django for answer in again] == [False, False, False]
    assert verify_access_token(again[0].json["access_token"]).client == program.client


def test_what_breaks_in_it_is_answered_by_django(
    machine: Machine, program: Program, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def break_down(*_args: Any) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("fondaco.surfaces.idp.shim.calls.Call.answer", break_down)
    answer = machine.ask(ask_token(program))
    assert (answer.status, answer.by_django) == ("200 OK", True)
    assert verify_access_token(answer.json["access_token"]).client == program.client
    assert [each.name for each in caplog.records if each.exc_info] == ["fondaco.surfaces.idp.shim.application"]


def test_all_that_is_answered_here_is_what_django_says(machine: Machine, program: Program) -> None:
    with clock.freeze():
        token = machine.ask(ask_token(program)).json["access_token"]
        for request in (
            ask_token(program),
            ask_token(program, basic=False),
            ask_token(program, scope="apps:read"),
            ask_token(program, scope="account:read apps:read account:read"),
            ask_token(program, client_id=program.issued.client_id),
            ask_about(token, program),
            ask_about(token, program, basic=False),
            ask_about(token, program, token_type_hint="access_token"),
            ask_keys(program),
        ):
            assert machine.compare(request).by_django is False, request


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"headers": {"Host": "evil.example"}}, "400 Bad Request"),
        ({"headers": {"Content-Type": "application/json"}}, "400 Bad Request"),
        ({"headers": {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}}, "200 OK"),
        ({"headers": {"Cookie": "sessionid=x"}}, "200 OK"),
        ({"headers": {"Origin": "https://evil.example"}}, "200 OK"),
        ({"headers": {"Accept-Language": "pt"}}, "200 OK"),
        ({"query": "scope=apps:read"}, "200 OK"),
        ({"length": "5000000"}, "400 Bad Request"),
        ({"length": ""}, "400 Bad Request"),
        ({"length": "-1"}, "400 Bad Request"),
        ({"method": "PUT"}, "405 Method Not Allowed"),
    ],
)
def test_anything_unusual_is_django_s(machine: Machine, program: Program, change: Any, status: str) -> None:
    plain = ask_token(program)
    headers = {**plain.headers, **change.get("headers", {})}
    found = machine.compare(Request(**{**vars(plain), **change, "headers": headers}))
    assert (found.by_django, found.status) == (True, status)


def test_a_form_too_large_for_django_is_not_taken(machine: Machine, program: Program) -> None:
    plain = ask_token(program)
    for size in (17 * 1024, 5 * 1024 * 1024):
        body = plain.body + b"&scope=" + b"x" * size
        assert machine.compare(Request(plain.path, body=body, headers=plain.headers)).by_django


def test_a_secret_that_is_wrong_is_refused_and_counted_by_django(machine: Machine, program: Program) -> None:
    request = ask_token(program)
    wrong = Request(request.path, body=request.body, headers={"Authorization": program.basic(secret="fdc_wrong")})
    with clock.freeze():
        answers = [machine.ask(wrong) for _ in range(11)]
        assert {answer.by_django for answer in answers} == {True}
        assert [answer.status[:3] for answer in answers] == ["401"] * 10 + ["429"]
        assert machine.ask(request).status == "200 OK"


def test_a_revoked_client_gets_nothing_with_the_next_request(machine: Machine, program: Program) -> None:
    token = machine.ask(ask_token(program)).json["access_token"]
    with transaction.atomic():
        actions.revoke_client(actor=SYSTEM, client=program.client)
    assert machine.compare(ask_token(program)).status[:3] == "401"
    assert machine.compare(ask_about(token, program)).status[:3] == "401"


def test_a_suspended_client_still_answers_operations(machine: Machine, program: Program) -> None:
    with transaction.atomic():
        actions.suspend_client(actor=SYSTEM, client=program.client)
    with clock.freeze():
        assert machine.compare(ask_token(program)).by_django is False


def test_a_set_past_its_overlap_gets_nothing(machine: Machine, program: Program) -> None:
    row = program.issued.set
    row.expires_at = clock.now() + timedelta(minutes=1)
    row.save(update_fields=["expires_at"])
    assert machine.ask(ask_token(program)).by_django is False
    with clock.travel(timedelta(minutes=1)):
        assert machine.compare(ask_token(program)).status[:3] == "401"


def test_a_client_of_another_account_is_unknown(machine: Machine, program: Program) -> None:
    other, plain = make_program(), ask_token(program)
    foreign = Request(f"/{other.account.name}/oauth/token", body=plain.body, headers=plain.headers)
    assert machine.compare(foreign).status[:3] == "401"
    nobody = Request("/nobody/oauth/token", body=plain.body, headers=plain.headers)
    assert machine.compare(nobody).status[:3] == "404"


def test_a_public_client_has_no_secret_to_show(machine: Machine, program: Program) -> None:
    OAuthClient.objects.update(is_public=True)
    assert machine.ask(ask_token(program)).by_django


def test_a_revoked_token_is_dead_at_once(machine: Machine, program: Program) -> None:
    token = machine.ask(ask_token(program)).json["access_token"]
    claims = verify_access_token(token).claims
    assert machine.ask(ask_about(token, program)).json["active"] is True
    RevokedToken.objects.create(jti=claims["jti"], expires_at=clock.now() + timedelta(minutes=10))
    assert machine.compare(ask_about(token, program)).json == {"active": False}


def test_tokens_from_before_the_cut_are_dead(machine: Machine, program: Program) -> None:
    token = machine.ask(ask_token(program)).json["access_token"]
    OAuthClient.objects.update(tokens_valid_after=clock.now() + timedelta(seconds=5))
    assert machine.compare(ask_about(token, program)).json == {"active": False}


def test_use_is_noted_within_a_second_and_at_most_once_a_minute(machine: Machine, program: Program) -> None:
    CredentialSet.objects.update(last_used_at=None)
    with clock.freeze() as moment:
        assert machine.ask(ask_token(program)).by_django is False
        last_use.write()
        assert CredentialSet.objects.get().last_used_at == moment
        with clock.travel(timedelta(seconds=59)):
            machine.ask(ask_token(program))
            last_use.write()
        assert CredentialSet.objects.get().last_used_at == moment
        with clock.travel(timedelta(seconds=60)):
            machine.ask(ask_token(program))
            last_use.write()
        assert CredentialSet.objects.get().last_used_at == moment + timedelta(seconds=60)


def test_use_of_many_is_noted_in_one_statement_that_waits_for_nobody(machine: Machine, program: Program) -> None:
    others = [make_program(program.account) for _ in range(3)]
    CredentialSet.objects.update(last_used_at=None)
    for other in (program, *others):
        assert machine.ask(ask_token(other)).by_django is False
    with psycopg.connect(**_parameters()) as other:
        other.execute("SELECT 1 FROM identity_credentialset WHERE id = %s FOR UPDATE", [others[0].issued.set.pk])
        last_use.write()
        assert CredentialSet.objects.filter(last_used_at=None).get() == others[0].issued.set
    machine.ask(ask_token(others[0]))
    last_use.write()
    assert CredentialSet.objects.filter(last_used_at=None).count() == 0


def test_what_is_too_much_for_one_second_is_noted_later_with_its_own_moment(
    program: Program, notes: LastUse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fondaco.identity.hot.last_use.AT_ONCE", 2)
    sets = [program.issued.set, *(make_program(program.account).issued.set for _ in range(3))]
    CredentialSet.objects.update(last_used_at=None)
    for number, each in enumerate(sets):
        notes.note(each.wire_client_id, 1000.0 + number)
    notes.write()
    notes.note(sets[3].wire_client_id, 1100.0)  # keeps its place among those that wait
    notes.note(sets[0].wire_client_id, 1200.0)
    assert _moments(sets) == [1000.0, 1001.0, None, None]
    notes.write()
    assert _moments(sets) == [1000.0, 1001.0, 1002.0, 1100.0]
    assert notes._some.is_set()  # so the thread goes on although nobody comes
    notes.write()
    assert not notes._some.is_set()
    notes.write()
    assert _moments(sets) == [1200.0, 1001.0, 1002.0, 1100.0]


def test_a_note_is_kept_while_the_database_is_away(
    program: Program, notes: LastUse, monkeypatch: pytest.MonkeyPatch
) -> None:
    CredentialSet.objects.update(last_used_at=None)
    each = program.issued.set
    notes.note(each.wire_client_id, 1000.0)
    with monkeypatch.context() as patch:
        patch.setattr("fondaco.identity.hot.last_use._NOTE", Mock(run=Mock(side_effect=Unavailable)))
        notes.write()
    assert _moments([each]) == [None]
    assert notes._some.is_set()
    notes.write()
    assert _moments([each]) == [1000.0]


def test_what_another_process_noted_within_a_minute_or_later_stays(program: Program, notes: LastUse) -> None:
    each = program.issued.set
    CredentialSet.objects.update(last_used_at=datetime.fromtimestamp(1000.0, UTC))
    for moment, noted in ((900.0, 1000.0), (1059.0, 1000.0), (1060.0, 1060.0)):
        notes.note(each.wire_client_id, moment)
        notes.write()
        assert _moments([each]) == [noted]


def _moments(sets: list[CredentialSet]) -> list[float | None]:
    found = {each.pk: each.last_used_at for each in CredentialSet.objects.all()}
    return [used.timestamp() if (used := found[each.pk]) else None for each in sets]


def test_a_database_that_came_back_is_used_again(machine: Machine, program: Program) -> None:
    kill_backend()
    assert machine.ask(ask_token(program)).by_django is False
    kill_backend()
    assert machine.ask(ask_keys(program)).by_django is False
    assert OAuthClient.objects.count() == 1  # Django goes on with the same connection


def test_a_connection_within_a_transaction_is_left_alone(machine: Machine, program: Program) -> None:
    connection.ensure_connection()
    with connection.connection.cursor() as cursor:
        cursor.execute("BEGIN")
        with pytest.raises(psycopg.Error):
            cursor.execute("SELECT nonsense")
    found = machine.ask(ask_keys(program))
    assert (found.by_django, found.status[:3]) == (True, "200")
    assert machine.ask(ask_keys(program)).by_django is False


def test_each_account_has_its_host_in_host_style(settings: Settings, program: Program) -> None:
    settings.IDENTITY_STYLE = "host"
    settings.IDENTITY_URL = "http://id.example"
    settings.ALLOWED_HOSTS = [".id.example"]
    settings.ROOT_URLCONF = "tests.http.idp.host_style"
    machine, plain = Machine(), ask_token(program)
    host = f"{program.account.name}.id.example"
    request = Request("/oauth/token", body=plain.body, headers={**plain.headers, "Host": host})
    machine.warm(request)
    with clock.freeze():
        found = machine.compare(request)
    assert found.by_django is False
    assert verify_access_token(found.json["access_token"]).claims["iss"] == f"http://{host}"
    elsewhere = Request("/oauth/token", body=plain.body, headers={**plain.headers, "Host": "nobody.id.example"})
    assert machine.compare(elsewhere).status[:3] == "404"


def test_plain_http_is_redirected_where_https_is_enforced(settings: Settings, program: Program) -> None:
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 3600
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    machine, plain = Machine(), ask_token(program)
    secure = Request(plain.path, body=plain.body, headers={**plain.headers, "X-Forwarded-Proto": "https"})
    machine.warm(secure)
    with clock.freeze():
        found = machine.compare(secure)
        assert (found.by_django, dict(found.headers)["Strict-Transport-Security"]) == (False, "max-age=3600")
        for _ in range(2):
            assert machine.compare(plain).status[:3] == "301"


def kill_backend() -> None:
    """Ends the connection of this thread from the server's side, as a restart does."""
    connection.ensure_connection()
    number = connection.connection.info.backend_pid
    with psycopg.connect(**_parameters(), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [number])


def _parameters() -> dict[str, Any]:
    given = connection.get_connection_params()
    return {name: given[name] for name in ("dbname", "user", "host", "port") if name in given}


def test_a_key_set_that_needs_a_new_key_is_django_s(machine: Machine, program: Program) -> None:
    assert machine.compare(ask_keys(program)).by_django is False
    with clock.travel(signing_keys.SIGNS_FOR - signing_keys.PUBLISHED_BEFORE):
        assert machine.ask(ask_keys(program)).by_django


def test_both_rings_of_keys_are_published_as_by_django(machine: Machine, program: Program) -> None:
    with clock.freeze() as now:
        first = machine.compare(ask_keys(program))
        assert [key["alg"] for key in first.json["keys"]] == ["ES256"]
        with clock.travel(timedelta(days=5)):
            signing_keys.ensure_signing_key("RS256")
            both = machine.compare(ask_keys(program))
            assert (both.by_django, [key["alg"] for key in both.json["keys"]]) == (False, ["ES256", "RS256"])
            assert [set(key) & {"d", "p", "q", "dp", "dq", "qi"} for key in both.json["keys"]] == [set(), set()]
        with clock.travel(timedelta(days=84)):
            assert machine.ask(ask_keys(program)).by_django  # the next ES256 one was due
            ready = machine.compare(ask_keys(program))
            assert (ready.by_django, [key["alg"] for key in ready.json["keys"]]) == (False, ["ES256", "ES256", "RS256"])
        with clock.travel(timedelta(days=89)):
            assert machine.ask(ask_keys(program)).by_django  # and now the next RS256 one
            ready = machine.compare(ask_keys(program))
            assert [key["alg"] for key in ready.json["keys"]] == ["ES256", "ES256", "RS256", "RS256"]
        with clock.travel(timedelta(days=400)):  # nobody asked for anything in a year
            late = machine.ask(ask_keys(program))
            assert (late.by_django, [key["alg"] for key in late.json["keys"]]) == (True, ["ES256", "RS256"])
            assert machine.compare(ask_keys(program)).json == late.json
    assert RsaSigningKey.objects.filter(signs_from__gt=now).count() == 3


def test_who_is_cut_off_gets_the_same_refusal(machine: Machine, program: Program) -> None:
    token = machine.ask(ask_token(program)).json["access_token"]
    cutoff = Cutoff.objects.create(client=program.client, reason="It copies contacts.", begun_by="Jon")
    assert machine.compare(ask_token(program)).by_django
    assert machine.ask(ask_token(program)).json["error"] == "invalid_client"
    cutoff.delete()
    assert machine.compare(ask_about(token, program)).by_django is False
    Cutoff.objects.create(
        client=program.client, reason="Mended", begun_by="Jon", status="lifted", lifted_at=clock.now()
    )
    assert machine.compare(ask_token(program)).json["error"] == "invalid_client"  # what was issued before stays dead


def test_a_set_ends_by_the_clock_of_its_account(machine: Machine, program: Program) -> None:
    CredentialSet.objects.update(expires_at=clock.now() + timedelta(days=7))
    assert machine.compare(ask_token(program)).by_django is False
    ClockOffset.objects.create(account_id=program.account.pk, offset=timedelta(days=8))
    assert machine.compare(ask_token(program)).json["error"] == "invalid_client"


def test_a_token_is_never_older_than_the_cut(machine: Machine, program: Program) -> None:
    OAuthClient.objects.update(tokens_valid_after=clock.now() + timedelta(seconds=2))
    token = machine.compare(ask_token(program)).json["access_token"]
    assert verify_access_token(token).client == program.client
