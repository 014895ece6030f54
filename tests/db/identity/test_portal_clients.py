"""Clients that partners make by hand: what each write does, who may do it, and what a refusal leaves alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.factories.accounts import SYSTEM, actor_for, make_user
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
from tests.searching import find_in_database

from fondaco.audit.models import Event
from fondaco.catalog.errors import RevisionConflict
from fondaco.catalog.scopes import FOR_PORTAL_CLIENTS, SCOPES
from fondaco.identity import actions, queries
from fondaco.identity.actions import IssuedCredentials, Overlap
from fondaco.identity.actions.portal_clients import OVERLAP_ENDS
from fondaco.identity.client_fields import ClientFields
from fondaco.identity.errors import AlgorithmUnknown, ClientChanged, ClientIsPublic, TokenRefused, TooManyClients
from fondaco.identity.models import ClientKind, CredentialSet, OAuthClient, TokenFamily
from fondaco.identity.tokens import issue_access_token, verify_access_token
from fondaco.kit import clock, crypto, deadlines
from fondaco.kit.errors import Forbidden, Invalid, NotFound
from fondaco.kit.models import Deadline
from fondaco.partners.models import Member, MemberRole

pytestmark = pytest.mark.django_db


@pytest.fixture
def mara() -> Member:
    return make_member()


@pytest.fixture
def program(mara: Member) -> Program:
    return make_portal_client(mara)


def kinds() -> list[str]:
    found = Event.objects.exclude(kind__startswith="account.").order_by("id")
    return list(found.values_list("kind", flat=True))


def everything() -> list[Any]:
    """All that a refusal must leave alone."""
    return [list(model.objects.order_by("pk").values()) for model in (OAuthClient, CredentialSet, Event, Deadline)]


def edit(by: Member, client: OAuthClient, fields: ClientFields, revision: int = 0) -> OAuthClient:
    return actions.edit_portal_client(
        actor=actor_for(by.person), by=by, client=client, revision=revision, fields=fields
    )


def regenerate(
    by: Member, client: OAuthClient, overlap: Overlap = Overlap.NONE, revision: int = 0
) -> IssuedCredentials:
    return actions.regenerate_secret(
        actor=actor_for(by.person), by=by, client=client, revision=revision, overlap=overlap
    )


def make_pair(by: Member, client: OAuthClient, revision: int = 0, **given: str) -> IssuedCredentials:
    return actions.create_key_pair(actor=actor_for(by.person), by=by, client=client, revision=revision, **given)


def delete(by: Member, client: OAuthClient) -> None:
    actions.delete_portal_client(actor=actor_for(by.person), by=by, client=client)


def token_of(issued: IssuedCredentials, scope: str = "account:read users:read") -> str:
    credentials = CredentialSet.objects.select_related("client__account").get(pk=issued.set.pk)
    return issue_access_token(credentials=credentials, scope=scope)


def is_alive(token: str) -> bool:
    try:
        verify_access_token(token)
    except TokenRefused:
        return False
    return True


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


WRONG: list[tuple[dict[str, Any], dict[str, list[str]]]] = [
    ({"name": ""}, {"name": ["This is required."]}),
    ({"name": "x" * 101}, {"name": ["Use at most 100 characters; these are 101."]}),
    (
        {"name": "a\0b"},
        {"name": ["This contains characters that cannot be shown. Type it again without them."]},
    ),
    ({"grant_types": ()}, {"grant_types": ["Choose at least one way to get tokens."]}),
    ({"grant_types": ("client_credentials", "password")}, {"grant_types": ["Unknown: password."]}),
    (
        {"grant_types": ("client_credentials", "refresh_token")},
        {"grant_types": ["Refreshing goes on from an authorization code, so choose that too."]},
    ),
    (
        {"grant_types": ("authorization_code",)},
        {"redirect_uris": ["Signing people in needs an address to send them back to."]},
    ),
    ({"scopes": ()}, {"scopes": ["Choose at least one, or its tokens open nothing."]}),
    ({"scopes": ("account:read", "root:all")}, {"scopes": ["Unknown: root:all."]}),
    (
        {"scopes": ("apps:read", "account:read", "events:read")},
        {"scopes": ["Only the client of an installation can have apps:read, events:read."]},
    ),
    (
        {"scopes": ("openid",)},
        {"scopes": ["openid does nothing without the grant authorization_code. Choose both or neither."]},
    ),
    (
        {"scopes": ("account:read", "refresh_token")},
        {"scopes": ["refresh_token does nothing without the grant refresh_token. Choose both or neither."]},
    ),
    (
        {"redirect_uris": tuple(f"https://a.example/{number}" for number in range(11))},
        {"redirect_uris": ["Use at most 10 addresses; these are 11."]},
    ),
    (
        {"redirect_uris": ("https://a.example/" + "x" * 500,)},
        {"redirect_uris": ["https://a.example/" + "x" * 82 + "… is longer than 500 characters."]},
    ),
]


@pytest.mark.parametrize(("changes", "errors"), WRONG, ids=lambda value: next(iter(value)))
def test_what_is_wrong_is_said_and_nothing_is_made(
    mara: Member, changes: dict[str, Any], errors: dict[str, list[str]]
) -> None:
    before = everything()
    with pytest.raises(Invalid) as refusal:
        make_portal_client(mara, replace(EXPORT, **changes))
    assert refusal.value.fields == errors
    assert everything() == before


def test_each_wrong_address_has_its_own_error(mara: Member) -> None:
    wrong = ("http://a.example", "https://a.example/#part", "https://u:p@a.example", "myapp:/cb", "https://a.example/é")
    with pytest.raises(Invalid) as refusal:
        make_portal_client(mara, replace(SIGN_IN, redirect_uris=(CALLBACK, *wrong)))
    shown = [*wrong[:-1], "https://a.example/\\xe9"]
    assert refusal.value.fields == {
        "redirect_uris": [
            f"{each} cannot be used: begin with https:// and leave fragment (#), password and spaces out."
            for each in shown
        ]
    }
    assert not OAuthClient.objects.exists()


def test_only_a_public_client_comes_back_to_the_persons_own_machine(mara: Member, settings: Any) -> None:
    settings.OUTBOUND_ALLOW_LOOPBACK = False
    local = replace(SIGN_IN, redirect_uris=("http://localhost:8912/cb",))
    with pytest.raises(Invalid):
        make_portal_client(mara, local)
    assert make_portal_client(mara, local, is_public=True).client.redirect_uris == ["http://localhost:8912/cb"]


def test_a_public_client_cannot_have_client_credentials(mara: Member) -> None:
    with pytest.raises(Invalid) as refusal:
        make_portal_client(mara, EXPORT, is_public=True)
    assert refusal.value.fields == {"grant_types": ["Client credentials need a secret, which this client cannot keep."]}


def test_what_is_given_twice_counts_once_and_in_the_order_of_the_catalogue(mara: Member) -> None:
    untidy = replace(
        SIGN_IN,
        name="  Wallboard ",
        scopes=("users:read", "openid", "users:read"),
        grant_types=("authorization_code", "client_credentials", "authorization_code"),
        redirect_uris=(f" {CALLBACK} ", "", CALLBACK),
    )
    client = make_portal_client(mara, untidy).client
    assert (client.name, client.redirect_uris) == ("Wallboard", [CALLBACK])
    assert client.scopes == ["openid", "users:read"]
    assert client.grant_types == ["client_credentials", "authorization_code"]


def test_every_scope_but_those_of_installations_can_be_had(mara: Member) -> None:
    client = make_portal_client(mara, replace(SIGN_IN, scopes=FOR_PORTAL_CLIENTS)).client
    assert set(SCOPES) - set(client.scopes) == {"apps:read", "apps:write", "events:read", "events:write"}


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
