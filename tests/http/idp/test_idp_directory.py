"""What a web process knows of its clients: answered from memory as long as nothing changes, and forgotten at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from select import select
from time import monotonic
from typing import Any

import pytest
from django.db import connection, transaction
from pytest_django.fixtures import Settings
from tests.db.kit.processes import wait_for
from tests.factories.accounts import SYSTEM
from tests.factories.catalog import make_version
from tests.factories.identity import Program, make_program
from tests.http.idp.machine import Answer, Machine, Request, ask_about, ask_token

from fondaco.accounts.models import Account
from fondaco.identity import actions, pace
from fondaco.identity.hot.clients import read_client
from fondaco.identity.hot.directory import BELIEVED_FOR_SECONDS, Directory
from fondaco.identity.hot.last_use import last_use
from fondaco.identity.hot.listening import Listener
from fondaco.identity.hot.statements import Statement
from fondaco.identity.models import CredentialSet, Cutoff, OAuthClient, RevokedToken
from fondaco.identity.tokens import verify_access_token
from fondaco.kit import clock

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def program() -> Program:
    version = make_version()
    program = make_program()
    with transaction.atomic():
        actions.place_client(client=program.client, version=version)
    return program


@pytest.fixture
def directory() -> Iterator[Directory]:
    """One that listens and has loaded."""
    listeners: list[Listener] = []

    def start(directory: Directory) -> Listener:
        listeners.append(Listener(directory))
        listeners[-1].start()
        return listeners[-1]

    yield Directory(start=start)
    for listener in listeners:
        listener.stop()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the statements that requests have run."""
    names: list[str] = []
    run = Statement.run

    def listen(self: Statement, *values: str) -> Any:
        names.append(self.name)
        return run(self, *values)

    monkeypatch.setattr(Statement, "run", listen)
    return names


class Clerk:
    """A process that knows its clients, and what a program asks it for."""

    def __init__(self, directory: Directory, program: Program) -> None:
        self.machine, self.directory, self.program = Machine(directory), directory, program
        self.token = self.machine.ask(ask_token(program)).json["access_token"]
        self.machine.warm(ask_about(self.token, program))
        self.wait_until_it_knows()

    def wait_until_it_knows(self) -> None:
        """Until the next two requests need no database."""

        def knows() -> bool:
            self.directory.find(self.program.issued.client_id)
            self.directory.is_revoked("0" * 32)
            return self.directory.is_believed() and self.directory._knows_revoked and len(self.directory) > 0

        wait_for(knows)

    def ask(self) -> tuple[Answer, Answer]:
        """For a token, and about one."""
        return self.machine.ask(ask_token(self.program)), self.machine.ask(ask_about(self.token, self.program))


@pytest.fixture
def clerk(directory: Directory, program: Program) -> Clerk:
    return Clerk(directory, program)


def test_no_request_asks_the_database_until_something_changes(clerk: Clerk, asked: list[str]) -> None:
    assert [answer.by_django for answer in clerk.ask()] == [False, False]
    assert asked == []
    OAuthClient.objects.update(scopes=["account:read"])
    wait_for(lambda: clerk.ask()[0].json["scope"] == "account:read")
    assert asked == ["client"]
    assert clerk.machine.compare(ask_token(clerk.program)).by_django is False


def _rename(clerk: Clerk) -> None:
    Account.objects.filter(pk=clerk.program.account.pk).update(name="renamed")


def _revoke(clerk: Clerk) -> None:
    with transaction.atomic():
        actions.revoke_client(actor=SYSTEM, client=clerk.program.client)


def _end_sets(clerk: Clerk) -> None:
    with transaction.atomic():
        actions.end_credentials(actor=SYSTEM, clients=[clerk.program.client], reason="It leaked.")


def _cut_off(**covers: str) -> Callable[[Clerk], None]:
    def begin(clerk: Clerk) -> None:
        client = OAuthClient.objects.get(pk=clerk.program.client.pk)
        what = {name: getattr(client, found) if found else client for name, found in covers.items()}
        Cutoff.objects.create(reason="It copies contacts.", begun_by="Jon", **what)

    return begin


def _move_clock(clerk: Clerk) -> None:
    CredentialSet.objects.update(expires_at=clock.now() + timedelta(days=7))
    wait_for(lambda: clerk.directory.find(clerk.program.issued.client_id).usable_until < 1e12)  # type: ignore[union-attr]
    assert clerk.ask()[0].by_django is False
    clock.set_offset(clerk.program.account.pk, timedelta(days=8))


@pytest.mark.parametrize(
    "change",
    [
        _revoke,
        _rename,
        _move_clock,
        _cut_off(client=""),
        _cut_off(version="version"),
        _cut_off(app="app"),
        lambda _clerk: CredentialSet.objects.update(secret_hash="other"),
        _end_sets,
    ],
)
def test_whoever_is_locked_out_gets_nothing_any_more(clerk: Clerk, change: Callable[[Clerk], None]) -> None:
    assert [answer.by_django for answer in clerk.ask()] == [False, False]
    change(clerk)
    wait_for(lambda: {answer.status[:3] for answer in clerk.ask()} <= {"401", "404"})
    with clock.freeze():
        clerk.machine.compare(ask_token(clerk.program))


def test_a_lifted_cut_off_lets_in_what_is_newer(clerk: Clerk) -> None:
    cutoff = Cutoff.objects.create(client=clerk.program.client, reason="It copies contacts.", begun_by="Jon")
    wait_for(lambda: clerk.ask()[0].status[:3] == "401")
    with transaction.atomic():
        actions.lift_cutoff(actor=SYSTEM, cutoff=cutoff, reason="Mended")
    assert clerk.ask()[0].status[:3] == "401"
    CredentialSet.objects.update(created_at=clock.now() + timedelta(seconds=1))
    wait_for(lambda: not clerk.ask()[0].by_django)


def test_a_revoked_token_and_those_before_a_cut_are_dead(clerk: Clerk) -> None:
    kept = clerk.machine.ask(ask_token(clerk.program)).json["access_token"]
    jti = verify_access_token(clerk.token).claims["jti"]
    RevokedToken.objects.create(jti=jti, expires_at=clock.now() + timedelta(minutes=10))
    wait_for(lambda: clerk.ask()[1].json == {"active": False})
    about_kept = ask_about(kept, clerk.program)
    assert clerk.machine.compare(about_kept).by_django is False
    OAuthClient.objects.update(tokens_valid_after=clock.now() + timedelta(seconds=5))
    wait_for(lambda: clerk.machine.ask(about_kept).json == {"active": False})


def test_a_set_ends_by_time_alone(clerk: Clerk, asked: list[str]) -> None:
    CredentialSet.objects.update(expires_at=clock.now() + timedelta(minutes=1))
    wait_for(lambda: clerk.directory.find(clerk.program.issued.client_id).usable_until < 1e12)  # type: ignore[union-attr]
    asked.clear()
    assert clerk.ask()[0].by_django is False
    with clock.travel(timedelta(minutes=1)):
        assert clerk.ask()[0].status[:3] == "401"
    assert asked == []


def test_rate_and_last_use_are_kept_from_memory(clerk: Clerk, settings: Settings) -> None:
    settings.TOKENS_PER_SECOND = 2
    CredentialSet.objects.update(last_used_at=None)
    with clock.travel(timedelta(minutes=2)):
        pace.granting.forget()
        answers = [clerk.machine.ask(ask_token(clerk.program)) for _ in range(11)]
        assert [answer.status[:3] for answer in answers[:10]] == ["200"] * 10
        assert answers[10].status[:3] == "429"
        last_use.write()
        used = CredentialSet.objects.get().last_used_at
        assert used is not None
        with clock.travel(timedelta(seconds=59)):
            pace.granting.forget()
            assert clerk.machine.ask(ask_token(clerk.program)).by_django is False
            last_use.write()
        assert CredentialSet.objects.get().last_used_at == used


def test_without_a_listener_the_database_is_asked_and_the_next_one_knows_again(clerk: Clerk, asked: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND query LIKE '%%fondaco_clients%%' AND pid <> pg_backend_pid()"
        )
        assert cursor.fetchall() == [(True,)]
    wait_for(lambda: not clerk.directory.is_believed())
    CredentialSet.objects.update(secret_hash="other")
    assert clerk.ask()[0].status[:3] == "401"
    assert "client" in asked
    CredentialSet.objects.update(secret_hash=clerk.program.issued.set.secret_hash)
    assert clerk.ask()[0].by_django is False
    clerk.wait_until_it_knows()
    asked.clear()
    assert clerk.ask()[0].by_django is False
    assert asked == []


def test_after_a_pause_it_proves_at_once_that_it_hears(
    directory: Directory, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fondaco.identity.hot.listening.BEAT_EVERY_SECONDS", 600.0)
    client_id = program.issued.client_id
    directory.find(client_id)
    listener = directory._listener
    assert isinstance(listener, Listener)
    wait_for(lambda: directory.is_believed() and listener._loaded_at > 0)
    listener._said_at = float("-inf")  # nobody has asked for long
    directory.is_wanted = False
    directory.believe(float("-inf"))
    directory.find(client_id)
    wait_for(directory.is_believed)
    wait_for(lambda: not select([listener._woken], [], [], 0)[0])  # else it would never rest again


def test_what_was_read_before_a_change_is_not_kept_after_it(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = Directory()
    directory.believe(monotonic())
    client_id = program.issued.client_id

    def read_and_be_told(wanted: str) -> Any:
        found = read_client(wanted)
        directory.forget("0" * 32)
        return found

    monkeypatch.setattr("fondaco.identity.hot.directory.read_client", read_and_be_told)
    assert directory.find(client_id) is not None
    assert len(directory) == 0
    monkeypatch.undo()
    found = directory.find(client_id)
    assert found is not None
    assert directory.find(client_id) is found
    assert directory.find("0" * 32) is None
    assert len(directory) == 1
    directory.begin_load()
    directory.forget(client_id)
    assert directory.load([found])
    assert len(directory) == 0
    directory.begin_load()
    directory.forget_all()
    assert not directory.load([found])
    assert len(directory) == 0


def test_it_is_believed_for_two_seconds_after_a_proof(program: Program) -> None:
    directory = Directory()
    directory.believe(monotonic() - BELIEVED_FOR_SECONDS)
    assert not directory.is_believed()
    assert directory.find(program.issued.client_id) is not None
    assert len(directory) == 0
    directory.believe(monotonic())
    assert directory.is_believed()
    directory.disbelieve()
    assert not directory.is_believed()


def test_a_stranger_s_request_is_no_one_s(clerk: Clerk, asked: list[str]) -> None:
    plain = ask_token(clerk.program)
    unknown = Request(plain.path, body=plain.body, headers={"Authorization": clerk.program.basic(client_id="0" * 32)})
    assert clerk.machine.compare(unknown).status[:3] == "401"
    assert asked == ["client"]  # that nobody has this id is not remembered
