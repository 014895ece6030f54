"""Secrets and key pairs of clients made by hand: renewed, replaced, and kept nowhere."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.db.identity.by_hand import everything, is_alive, kinds, make_pair, regenerate, token_of
from tests.factories.identity import (
    SIGN_IN,
    Program,
    make_portal_client,
)
from tests.searching import find_in_database

from fondaco.audit.models import Event
from fondaco.identity import queries
from fondaco.identity.actions import Overlap
from fondaco.identity.actions.portal_clients import OVERLAP_ENDS
from fondaco.identity.errors import AlgorithmUnknown, ClientIsPublic
from fondaco.identity.models import CredentialSet
from fondaco.kit import clock, crypto, deadlines
from fondaco.kit.models import Deadline
from fondaco.partners.models import Member

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(mara: Member) -> Program:
    return make_portal_client(mara)


def test_T22_neither_secret_nor_private_key_is_kept(mara: Member, program: Program) -> None:
    pair = make_pair(mara, program.client)
    again = regenerate(mara, program.client, Overlap.DAY, revision=1)
    secrets = [program.issued.client_secret, pair.private_key, again.client_secret, again.private_key]
    assert all(secrets)
    assert [find_in_database(secret) for secret in secrets] == [[], [], [], []]
    assert find_in_database(program.issued.client_id) == [
        "audit_event.data",
        "identity_credentialset.wire_client_id",
    ]


def test_regenerating_without_overlap_kills_the_old_set_and_its_tokens(mara: Member, program: Program) -> None:
    token = token_of(program.issued)
    issued = regenerate(mara, program.client)
    old = CredentialSet.objects.get(pk=program.issued.set.pk)
    assert (old.status, old.is_usable, is_alive(token)) == ("revoked", False, False)
    assert issued.client_id != program.issued.client_id
    assert issued.client_secret != program.issued.client_secret
    assert is_alive(token_of(issued))
    assert queries.get_current_set(program.client).wire_client_id == issued.client_id
    assert Event.objects.get(kind="client.regenerated").data == {
        "client_id": issued.client_id,
        "replaces": [program.issued.client_id],
        "overlap": "none",
    }
    assert kinds()[-3:] == ["credentials.issued", "credentials.revoked", "client.regenerated"]
    assert not Deadline.objects.filter(kind=OVERLAP_ENDS).exists()


@pytest.mark.parametrize(
    ("overlap", "length"),
    [(Overlap.HOUR, timedelta(hours=1)), (Overlap.DAY, timedelta(days=1)), (Overlap.WEEK, timedelta(days=7))],
)
def test_both_sets_work_during_the_overlap(mara: Member, program: Program, overlap: Overlap, length: timedelta) -> None:
    with clock.freeze() as now:
        issued = regenerate(mara, program.client, overlap)
        old = CredentialSet.objects.get(pk=program.issued.set.pk)
        assert (old.expires_at, old.status) == (now + length, "issued")
        assert [row.wire_client_id for row in queries.list_sets_in_force(program.client)] == [
            issued.client_id,
            program.issued.client_id,
        ]
        token = token_of(program.issued)
        with clock.travel(length - timedelta(seconds=1)):
            deadlines.sweep_once()
            old.refresh_from_db()
            assert old.status == "issued"
            assert is_alive(token_of(program.issued))
        with clock.travel(length):
            assert not old.is_usable, "also while the sweeper is late"
            deadlines.sweep_once()
            deadlines.sweep_once()
        old.refresh_from_db()
        assert old.status == "revoked"
        assert not is_alive(token)
        assert is_alive(token_of(issued))
        assert queries.get_current_set(program.client).wire_client_id == issued.client_id
    assert Event.objects.filter(kind="credentials.revoked").count() == 1


def test_an_overlap_is_never_made_longer(mara: Member, program: Program) -> None:
    with clock.freeze() as now:
        regenerate(mara, program.client, Overlap.HOUR)
        second = regenerate(mara, program.client, Overlap.WEEK, revision=1)
        ends = {row.wire_client_id: row.expires_at for row in queries.list_sets_in_force(program.client)}
        assert ends[program.issued.client_id] == now + timedelta(hours=1)
        assert ends[second.client_id] is None
        assert sorted(str(end) for end in ends.values() if end) == sorted(
            [str(now + timedelta(hours=1)), str(now + timedelta(days=7))]
        )
        last = regenerate(mara, program.client, Overlap.NONE, revision=2)
        assert [row.wire_client_id for row in queries.list_sets_in_force(program.client)] == [last.client_id]
    assert not Deadline.objects.filter(kind=OVERLAP_ENDS).exists()


def test_regenerating_renews_the_key_pair_too(mara: Member, program: Program) -> None:
    pair = make_pair(mara, program.client, algorithm="ES384")
    issued = regenerate(mara, program.client, Overlap.DAY, revision=1)
    assert issued.key_algorithm == "ES384"
    assert issued.private_key
    assert issued.key_id != pair.key_id
    assert queries.get_current_set(program.client).public_key == issued.public_key


@pytest.mark.parametrize("algorithm", ["ES256", "ES384", "ES512", "PS256", "PS384", "PS512"])
def test_a_key_pair_on_demand(mara: Member, program: Program, algorithm: str) -> None:
    pair = make_pair(mara, program.client, algorithm=algorithm)
    row = CredentialSet.objects.get()
    assert (row.key_id, row.key_algorithm, row.public_key) == (pair.key_id, algorithm, pair.public_key)
    assert (pair.client_id, pair.client_secret) == (program.issued.client_id, "")
    assert crypto.verify_hash(program.issued.client_secret, row.secret_hash), "the secret goes on working"
    assert Event.objects.get(kind="client.key_pair_created").data == {
        "client_id": pair.client_id,
        "key_id": pair.key_id,
        "key_algorithm": algorithm,
    }


def test_a_new_pair_takes_the_place_of_the_old(mara: Member, program: Program) -> None:
    first = make_pair(mara, program.client)
    second = make_pair(mara, program.client, revision=1)
    row = CredentialSet.objects.get()
    assert (row.key_id, row.public_key) == (second.key_id, second.public_key)
    assert first.key_id != second.key_id


def test_refused_key_pairs(mara: Member, program: Program) -> None:
    public = make_portal_client(mara, SIGN_IN, is_public=True).client
    before = everything()
    with pytest.raises(AlgorithmUnknown):
        make_pair(mara, program.client, algorithm="HS256")
    for work in (make_pair, regenerate):
        with pytest.raises(ClientIsPublic):
            work(mara, public)  # type: ignore[operator]
    assert everything() == before
