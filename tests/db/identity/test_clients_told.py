"""What PostgreSQL says when something changes that decides who gets tokens: all of it, and no more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest
from django.db import connection, transaction
from tests.factories.catalog import make_version
from tests.factories.identity import make_program

from fondaco.accounts.models import Account
from fondaco.identity.hot.clients import CLIENTS
from fondaco.identity.hot.listening import CHANNEL
from fondaco.identity.models import CredentialSet, Cutoff, OAuthClient, RevokedToken
from fondaco.kit import clock
from fondaco.kit.models import ClockOffset


class Ear:
    """Hears what the database says."""

    def __init__(self, channel: psycopg.Connection) -> None:
        self._channel = channel
        channel.execute(f"LISTEN {CHANNEL}")

    def heard(self) -> list[str]:
        """All that was said since last asked."""
        self._channel.execute(f"NOTIFY {CHANNEL}, 'end'")  # comes after whatever was committed before
        told: list[str] = []
        for note in self._channel.notifies(timeout=30):
            if note.payload == "end":
                return told
            told.append(note.payload)
        raise AssertionError("the notification did not come back")


def by_hand(statement: str, *values: UUID) -> None:
    """What an operator does with ``psql``."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.fixture
def ear() -> Iterator[Ear]:
    given = connection.get_connection_params()
    known = {name: given[name] for name in ("dbname", "user", "host", "port", "password") if name in given}
    with psycopg.connect(**known, autocommit=True) as channel:
        yield Ear(channel)


@pytest.mark.django_db(transaction=True)
def test_every_change_that_decides_is_told_with_its_commit_and_no_other(ear: Ear) -> None:
    program, sibling = make_program(), make_program()
    version = make_version()
    sets, clients = CredentialSet.objects.all(), OAuthClient.objects.all()
    mine = [f"client {program.issued.client_id}"]
    now = clock.now()
    own_set, own = sets.filter(pk=program.issued.set.pk), clients.filter(pk=program.client.pk)
    ear.heard()

    assert ear.heard() == []
    clients.update(name="Renamed", redirect_uris=[], revision=7)
    sets.update(last_used_at=now, public_key="", secret_hash=program.issued.set.secret_hash)
    own_set.update(secret_hash=program.issued.set.secret_hash)
    Account.objects.update(company_name="Harbour", features=["x"])
    make_program(program.account)  # nobody remembers that it was not there
    told = ear.heard()
    assert told == [f"client {sibling.issued.client_id}"]  # its secret did change

    for change in (
        lambda: own_set.update(secret_hash="other"),
        lambda: own_set.update(expires_at=now),
        lambda: own_set.update(created_at=now),
        lambda: own.update(scopes=["apps:read"]),
        lambda: own.update(grant_types=[]),
        lambda: own.update(kind="portal"),
        lambda: own.update(is_public=True),
        lambda: own.update(tokens_valid_after=now),
        lambda: own.update(version=version),
        lambda: own.update(app=version.app),
        lambda: by_hand("UPDATE identity_oauthclient SET status = 'suspended' WHERE id = %s", program.client.pk),
        lambda: Cutoff.objects.create(client=program.client, reason="It copies.", begun_by="Jon"),
        lambda: by_hand("UPDATE identity_cutoff SET status = 'lifted'"),
        lambda: Cutoff.objects.update(lifted_at=now),
        lambda: Cutoff.objects.all().delete(),
        lambda: by_hand("UPDATE identity_credentialset SET status = 'revoked' WHERE id = %s", program.issued.set.pk),
    ):
        change()
        assert ear.heard() == mine
    own.update(scopes=["apps:write"])  # its only set has ended, and nobody remembers it
    assert ear.heard() == []

    with transaction.atomic():
        clients.update(scopes=["apps:write"])
        transaction.set_rollback(True)
    assert ear.heard() == []


@pytest.mark.django_db(transaction=True)
def test_what_concerns_others_too_is_told_of_them(ear: Ear) -> None:
    sibling, version, now = make_program(), make_version(), clock.now()
    ear.heard()
    RevokedToken.objects.create(jti="a" * 32, expires_at=now)
    assert ear.heard() == [f"token {'a' * 32} {now.timestamp():.6f}"]
    for covers in ({"version": version}, {"app": version.app}):
        cutoff = Cutoff.objects.create(reason="It copies.", begun_by="Jon", **covers)
        assert ear.heard() == ["all"]
        Cutoff.objects.update(lifted_at=now)
        assert ear.heard() == ["all"]
        cutoff.delete()
        assert ear.heard() == ["all"]
    theirs = [f"client {sibling.issued.client_id}"]
    ClockOffset.objects.create(account_id=sibling.account.pk, offset=timedelta(days=1))
    assert ear.heard() == theirs
    ClockOffset.objects.update(offset=timedelta(days=2))
    assert ear.heard() == theirs
    ClockOffset.objects.all().delete()
    assert ear.heard() == theirs
    Account.objects.filter(pk=sibling.account.pk).update(name="renamed")
    assert ear.heard() == theirs
    CredentialSet.objects.all().delete()
    assert ear.heard() == theirs


@pytest.mark.django_db(transaction=True)
def test_a_change_of_very_many_is_said_once(ear: Ear) -> None:
    program = make_program()
    CredentialSet.objects.bulk_create(
        CredentialSet(client=program.client, wire_client_id=f"{number:032x}", key_id=f"{number:032x}", secret_hash="x")
        for number in range(600)
    )
    ear.heard()
    CredentialSet.objects.update(secret_hash="other")
    told = ear.heard()
    assert (len(told), told[500]) == (501, "all")
    OAuthClient.objects.update(scopes=[])  # one row, of six hundred sets
    told = ear.heard()
    assert (len(told), told[500]) == (501, "all")
    by_hand("TRUNCATE identity_revokedtoken")
    assert ear.heard() == ["all"]


@pytest.mark.django_db
def test_every_column_that_is_asked_about_clients_is_watched() -> None:
    """Fails when the question gets a column that no trigger watches. ``last_used_at`` decides nothing."""
    tables = {
        "s": "identity_credentialset",
        "c": "identity_oauthclient",
        "x": "identity_cutoff",
        "a": "accounts_account",
        "k": "kit_clockoffset",
    }
    asked = {(tables[alias], name) for alias, name in re.findall(r"\b([scxak])\.\"?(\w+)", CLIENTS)}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT event_object_table, event_object_column FROM information_schema.triggered_update_columns"
            " WHERE trigger_name = 'told_when_changed'"
        )
        watched = set(cursor.fetchall())
    never_change = {(table, "id") for table in tables.values()}
    unwatched = {("identity_credentialset", "last_used_at")}
    assert asked - watched - never_change == unwatched
    assert watched - asked == {("identity_revokedtoken", "jti"), ("identity_revokedtoken", "expires_at")}
