"""Clients that partners make by hand: what each write does, who may do it, and what a refusal leaves alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.db.identity.by_hand import delete, edit, everything, is_alive, kinds, make_pair, regenerate, token_of
from tests.factories.accounts import SYSTEM, make_user
from tests.factories.identity import (
    CALLBACK,
    EXPORT,
    SIGN_IN,
    Program,
    make_login_session,
    make_portal_client,
    make_program,
)
from tests.factories.partners import make_member

from fondaco.audit.models import Event
from fondaco.catalog.errors import RevisionConflict
from fondaco.identity import actions, queries
from fondaco.identity.actions import Overlap
from fondaco.identity.errors import ClientChanged, TooManyClients
from fondaco.identity.models import ClientKind, CredentialSet, OAuthClient, TokenFamily
from fondaco.kit import clock, crypto, deadlines
from fondaco.kit.errors import Forbidden, Invalid, NotFound
from fondaco.partners.models import Member, MemberRole

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(mara: Member) -> Program:
    return make_portal_client(mara)


def test_a_client_for_the_developer_account(mara: Member) -> None:
    issued = make_portal_client(mara).issued
    client = OAuthClient.objects.get()
    assert (client.account, client.kind, client.status) == (mara.partner.developer_account, ClientKind.PORTAL, "active")
    assert (client.name, client.grant_types, client.redirect_uris) == ("Nightly export", ["client_credentials"], [])
    assert (client.scopes, client.is_public, client.revision) == (["account:read", "users:read"], False, 0)
    row = CredentialSet.objects.get()
    assert (row.wire_client_id, row.public_key, row.expires_at) == (issued.client_id, "", None)
    assert crypto.verify_hash(issued.client_secret, row.secret_hash)
    assert (issued.private_key, issued.public_key) == ("", "")
    assert kinds() == ["client.created", "credentials.issued"]
    event = Event.objects.get(kind="client.created")
    assert (event.actor_label, event.account_id) == ("Mara Lind", mara.partner.developer_account_id)


def test_a_public_client_has_no_secret(mara: Member) -> None:
    local = replace(SIGN_IN, redirect_uris=("http://127.0.0.1:8912/cb", "http://[::1]:8912/cb", CALLBACK))
    issued = make_portal_client(mara, local, is_public=True).issued
    assert (issued.client_secret, issued.private_key, CredentialSet.objects.get().secret_hash) == ("", "", "")
    assert OAuthClient.objects.get().is_public
    assert not crypto.verify_hash("", CredentialSet.objects.get().secret_hash)


def test_an_account_has_fifty_clients_at_most(mara: Member) -> None:
    first = make_portal_client(mara).client
    rows = [OAuthClient(account=first.account, kind=ClientKind.PORTAL, name=str(number)) for number in range(49)]
    OAuthClient.objects.bulk_create(rows)
    with pytest.raises(TooManyClients) as refusal:
        make_portal_client(mara)
    assert "50 OAuth clients already" in str(refusal.value)
    assert OAuthClient.objects.count() == 50
    delete(mara, first)
    make_portal_client(mara)


@pytest.mark.parametrize("role", MemberRole)
def test_who_may(program: Program, mara: Member, role: MemberRole) -> None:
    by = make_member(mara.partner, role=role)
    may = role in {MemberRole.OWNER, MemberRole.DEVELOPER}
    before = everything()
    for work in (
        lambda: make_portal_client(by),
        lambda: edit(by, program.client, replace(EXPORT, name="Export")),
        lambda: make_pair(by, program.client, revision=1),
        lambda: regenerate(by, program.client, revision=2),
        lambda: queries.list_portal_clients(by),
        lambda: queries.get_portal_client(by, program.client.pk.hex),
        lambda: delete(by, program.client),
    ):
        if may:
            work()
        else:
            with pytest.raises(Forbidden):
                work()
    assert (everything() == before) is not may


def test_the_client_of_another_partner_or_of_an_installation_does_not_exist(program: Program, mara: Member) -> None:
    stranger = make_member()
    installed = make_program(mara.partner.developer_account).client
    before = everything()
    for by, client in ((stranger, program.client), (mara, installed)):
        for work in (
            lambda by=by, client=client: edit(by, client, EXPORT),
            lambda by=by, client=client: make_pair(by, client),
            lambda by=by, client=client: regenerate(by, client),
            lambda by=by, client=client: delete(by, client),
            lambda by=by, client=client: queries.get_portal_client(by, client.pk.hex),
        ):
            with pytest.raises(NotFound):
                work()
    assert everything() == before
    assert list(queries.list_portal_clients(stranger)) == []
    assert list(queries.list_portal_clients(mara)) == [program.client]
    with pytest.raises(NotFound):
        queries.get_portal_client(mara, "nonsense")


def test_editing(mara: Member, program: Program) -> None:
    token = token_of(program.issued)
    wider = replace(EXPORT, name="Export", scopes=("account:read", "users:read", "contacts:read"))
    client = edit(mara, program.client, wider)
    client.refresh_from_db()
    assert (client.name, client.revision, client.updated_by) == ("Export", 1, "Mara Lind")
    assert client.scopes == ["account:read", "users:read", "contacts:read"]
    event = Event.objects.get(kind="client.edited")
    assert event.data == {"fields": ["name", "scopes"], "taken_away": [], "revision": 1}
    assert (event.account_id, event.partner_id) == (client.account_id, mara.partner_id)
    assert is_alive(token), "a wider client keeps its tokens"


def test_saving_what_is_there_already_is_no_change(mara: Member, program: Program) -> None:
    before = everything()
    edit(mara, program.client, EXPORT)
    assert everything() == before


def test_taking_a_scope_away_ends_the_tokens_at_once_and_the_next_one_lives(mara: Member, program: Program) -> None:
    token = token_of(program.issued)
    assert is_alive(token)
    edit(mara, program.client, replace(EXPORT, scopes=("account:read",)))
    assert not is_alive(token)
    assert is_alive(token_of(program.issued, "account:read")), "also in the very second of the change"
    assert Event.objects.get(kind="client.edited").data["taken_away"] == ["users:read"]


@pytest.mark.parametrize("grants", [("client_credentials",), ("client_credentials", "authorization_code")])
def test_taking_the_code_or_refresh_grant_away_signs_people_out(mara: Member, grants: tuple[str, ...]) -> None:
    fields = replace(
        SIGN_IN, grant_types=("client_credentials", "authorization_code", "refresh_token"), scopes=("users:read",)
    )
    program = make_portal_client(mara, fields)
    user = make_user(program.account)
    family = TokenFamily.objects.create(
        client=program.client,
        user=user,
        login_session=make_login_session(user.person),
        expires_at=clock.now() + timedelta(days=30),
    )
    edit(mara, program.client, replace(fields, name="Board"))
    family.refresh_from_db()
    assert family.ended_at is None
    edit(mara, program.client, replace(fields, grant_types=grants), revision=1)
    family.refresh_from_db()
    assert family.ended_at is not None


def test_a_refused_edit_changes_nothing(mara: Member, program: Program) -> None:
    before = everything()
    with pytest.raises(Invalid):
        edit(mara, program.client, replace(EXPORT, scopes=()))
    assert everything() == before


def test_the_second_of_two_editors_is_told(mara: Member, program: Program) -> None:
    devi = make_member(mara.partner, role=MemberRole.DEVELOPER)
    edit(devi, program.client, replace(EXPORT, name="Export"))
    before = everything()
    with pytest.raises(RevisionConflict) as refusal:
        edit(mara, program.client, replace(EXPORT, name="Nightly"))
    assert "Devi Rao saved this page while you were editing it" in str(refusal.value)
    for work in (regenerate, make_pair):
        with pytest.raises(ClientChanged) as changed:
            work(mara, program.client)  # type: ignore[operator]
        assert str(changed.value).startswith("Devi Rao changed this client while you were looking at it.")
    assert everything() == before


def test_deleting_kills_everything_at_once(mara: Member, program: Program) -> None:
    token = token_of(program.issued)
    regenerate(mara, program.client, Overlap.WEEK)
    delete(mara, program.client)
    assert not is_alive(token)
    assert set(CredentialSet.objects.values_list("status", flat=True)) == {"revoked"}
    assert list(queries.list_portal_clients(mara)) == []
    assert kinds()[-3:] == ["client.revoked", "credentials.revoked", "credentials.revoked"]
    assert Event.objects.get(kind="client.revoked").data["reason"] == "deleted"
    before = everything()
    for work in (delete, regenerate, make_pair):
        with pytest.raises(NotFound):
            work(mara, program.client)  # type: ignore[operator]
    assert everything() == before
    with clock.travel(timedelta(days=7)):
        deadlines.sweep_once()
    assert Event.objects.count() == len(before[2]), "the end of the overlap has nothing left to end"


def test_the_history_is_of_this_client_alone(mara: Member, program: Program) -> None:
    other = make_portal_client(mara)
    regenerate(mara, program.client)
    actions.suspend_client(actor=SYSTEM, client=program.client)
    found = queries.list_client_history(program.client)
    assert [event.kind for event in found] == [
        "client.suspended", "client.regenerated", "credentials.revoked", "credentials.issued", "credentials.issued",
        "client.created",
    ]  # fmt: skip
    assert len(queries.list_client_history(other.client)) == 2
    assert len(queries.list_client_history(program.client, limit=2)) == 2
