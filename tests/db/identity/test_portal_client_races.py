"""Two people at one client, at the same moment: one wins, the other is told, and nothing is half done."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from threading import Barrier

import pytest
from django.db import connection
from tests.db.installs.test_access import cut, restore
from tests.factories.accounts import actor_for, make_operator
from tests.factories.identity import EXPORT, make_portal_client
from tests.factories.partners import make_member

from fondaco.accounts.permissions import OperatorRole
from fondaco.identity import actions
from fondaco.identity.actions import Overlap
from fondaco.identity.models import ClientKind, CredentialSet, Cutoff, OAuthClient
from fondaco.installs.reach import get_target
from fondaco.kit.errors import DomainError

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*works: Callable[[], object]) -> list[str]:
    """What became of each: an empty string, or the refusal's code."""
    start = Barrier(len(works))

    def run(work: Callable[[], object]) -> str:
        try:
            start.wait()
            work()
        except DomainError as refusal:
            return refusal.code
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(len(works)) as pool:
        return sorted(pool.map(run, works))


def test_two_editors_save_at_once() -> None:
    by = make_member()
    client = make_portal_client(by).client
    names = ("One", "Two", "Three")

    def save(name: str) -> Callable[[], object]:
        return lambda: actions.edit_portal_client(
            actor=actor_for(by.person), by=by, client=client, revision=0, fields=replace(EXPORT, name=name)
        )

    assert at_once(*map(save, names)) == ["", "revision-conflict", "revision-conflict"]
    client.refresh_from_db()
    assert client.name in names
    assert client.revision == 1


def test_two_regenerate_at_once() -> None:
    by = make_member()
    client = make_portal_client(by).client

    def renew() -> object:
        return actions.regenerate_secret(
            actor=actor_for(by.person), by=by, client=client, revision=0, overlap=Overlap.NONE
        )

    assert at_once(renew, renew) == ["", "revision-conflict"]
    assert sorted(CredentialSet.objects.values_list("status", flat=True)) == ["issued", "revoked"]


def test_the_last_place_is_taken_once() -> None:
    by = make_member()
    account = by.partner.developer_account
    rows = [OAuthClient(account=account, kind=ClientKind.PORTAL, name=str(number)) for number in range(49)]
    OAuthClient.objects.bulk_create(rows)

    def create() -> object:
        return make_portal_client(by)

    assert at_once(create, create, create) == ["", "too-many-clients", "too-many-clients"]
    assert OAuthClient.objects.count() == 50


def test_deleted_once() -> None:
    by = make_member()
    client = make_portal_client(by).client

    def delete() -> object:
        return actions.delete_portal_client(actor=actor_for(by.person), by=by, client=client)

    assert at_once(delete, delete) == ["", "not-found"]


def test_a_new_secret_and_the_kill_switch_at_once() -> None:
    by, jon = make_member(), make_operator(OperatorRole.SUPPORT)
    client = make_portal_client(by).client
    target = get_target(jon, "client", client.pk.hex)

    def renew() -> object:
        return actions.regenerate_secret(
            actor=actor_for(by.person), by=by, client=client, revision=0, overlap=Overlap.NONE
        )

    assert at_once(renew, lambda: cut(jon, target)) in (["", ""], ["", "client-cut-off"])
    assert set(CredentialSet.objects.values_list("status", flat=True)) == {"revoked"}


def test_the_kill_switch_and_the_way_back_at_once() -> None:
    by, jon = make_member(), make_operator(OperatorRole.SUPPORT)
    client = make_portal_client(by).client
    target = get_target(jon, "client", client.pk.hex)
    for _ in range(3):
        cutoff = cut(jon, target)
        outcomes = at_once(partial(restore, jon, cutoff), partial(cut, jon, target))
        assert outcomes in (["", ""], ["", "already-cut-off"])
        for left in Cutoff.objects.filter(status="in_force"):
            restore(jon, left)
    assert set(CredentialSet.objects.values_list("status", flat=True)) == {"revoked"}
