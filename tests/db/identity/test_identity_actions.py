"""Clients, credential sets, sessions and personal tokens: what is written, and what is not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.factories.accounts import SYSTEM, make_account, make_person, make_user
from tests.factories.identity import CALLBACK, GRANTS, SCOPES, make_login_session, make_program

from fondaco.audit.models import Event
from fondaco.audit.status import IllegalTransition
from fondaco.identity import actions, queries
from fondaco.identity.errors import ClientRevoked, RedirectNotAllowed, TokenNameMissing, TokenRefused, UnknownScope
from fondaco.identity.models import ClientKind, CredentialSet, LoginSession, OAuthClient, PersonalAccessToken
from fondaco.identity.states import CLIENT, CREDENTIALS, ClientStatus, CredentialStatus
from fondaco.identity.tokens import find_personal_token
from fondaco.kit import clock, crypto
from fondaco.kit.errors import NotFound

pytestmark = pytest.mark.django_db


def kinds() -> list[str]:
    return list(Event.objects.order_by("id").values_list("kind", flat=True))


def test_a_client_is_made_with_what_it_may_do() -> None:
    account = make_account()
    client = make_program(account).client
    client.refresh_from_db()
    assert (client.kind, client.status, client.account) == ("installation", "active", account)
    assert client.scopes == list(SCOPES)
    assert client.redirect_uris == [CALLBACK]
    assert client.grant_types == list(GRANTS)
    event = Event.objects.get(kind="client.created")
    assert event.account_id == account.pk
    assert event.data == {
        "name": "Ledgerline",
        "kind": "installation",
        "scopes": list(SCOPES),
        "redirect_uris": [CALLBACK],
    }


@pytest.mark.parametrize(
    ("overrides", "error"),
    [({"scopes": ["users:own"]}, UnknownScope), ({"redirect_uris": ["ftp://a.example"]}, RedirectNotAllowed)],
)
def test_a_refused_client_leaves_nothing(overrides: dict[str, list[str]], error: type[Exception]) -> None:
    account = make_account()
    with pytest.raises(error):
        make_program(account, **overrides)
    assert not OAuthClient.objects.exists()
    assert "client.created" not in kinds()


def test_credentials_leave_once_and_are_kept_as_hashes() -> None:
    program = make_program()
    issued, row = program.issued, CredentialSet.objects.get()
    assert issued.client_id == row.wire_client_id
    assert len(issued.client_id) == len(issued.key_id) == 32
    assert (row.key_id, row.key_algorithm, row.public_key) == (issued.key_id, "ES256", issued.public_key)
    assert crypto.verify_hash(issued.client_secret, row.secret_hash)
    kept = " ".join(str(value) for table in (CredentialSet, OAuthClient, Event) for value in table.objects.values())
    assert issued.client_secret not in kept
    assert issued.private_key not in kept
    assert issued.client_secret not in repr(issued)
    assert issued.private_key not in repr(issued)


def test_a_client_may_hold_two_sets() -> None:
    program = make_program()
    second = actions.issue_credentials(actor=SYSTEM, client=program.client, algorithm="PS256")
    assert second.client_id != program.issued.client_id
    assert [row.is_usable for row in program.client.credential_sets.all()] == [True, True]


def test_a_set_is_not_usable_past_its_overlap() -> None:
    row = make_program().issued.set
    row.expires_at = clock.now() + timedelta(days=7)
    row.save(update_fields=["expires_at"])
    assert row.is_usable
    with clock.travel(timedelta(days=7)):
        assert not row.is_usable


def test_suspending_and_resuming() -> None:
    client = make_program().client
    actions.suspend_client(actor=SYSTEM, client=client, reason="trial over")
    assert (client.may_sign_users_in, client.may_get_tokens) == (False, True)
    actions.resume_client(actor=SYSTEM, client=client)
    assert (client.may_sign_users_in, client.may_get_tokens) == (True, True)
    assert kinds()[-2:] == ["client.suspended", "client.resumed"]


def test_revoking_ends_everything_at_once_and_for_good() -> None:
    program = make_program()
    user = make_user(program.account)
    session = make_login_session(user.person)
    family = program.client.token_families.create(user=user, login_session=session, expires_at=clock.now())
    actions.revoke_client(actor=SYSTEM, client=program.client, reason="uninstalled")
    row, family = CredentialSet.objects.get(), type(family).objects.get()
    assert (program.client.status, row.status) == (ClientStatus.REVOKED, CredentialStatus.REVOKED)
    assert not row.is_usable
    assert family.ended_at is not None
    assert kinds()[-2:] == ["client.revoked", "credentials.revoked"]
    with pytest.raises(IllegalTransition):
        actions.resume_client(actor=SYSTEM, client=program.client)
    with pytest.raises(ClientRevoked):
        actions.issue_credentials(actor=SYSTEM, client=program.client)
    assert CredentialSet.objects.count() == 1


@pytest.mark.parametrize("current", ClientStatus)
@pytest.mark.parametrize("wanted", ClientStatus)
def test_every_step_of_a_client(current: ClientStatus, wanted: ClientStatus) -> None:
    allowed = {
        (ClientStatus.ACTIVE, ClientStatus.SUSPENDED),
        (ClientStatus.ACTIVE, ClientStatus.REVOKED),
        (ClientStatus.SUSPENDED, ClientStatus.ACTIVE),
        (ClientStatus.SUSPENDED, ClientStatus.REVOKED),
    }
    assert CLIENT.allows(current, wanted) == ((current, wanted) in allowed)


@pytest.mark.parametrize("current", CredentialStatus)
@pytest.mark.parametrize("wanted", CredentialStatus)
def test_every_step_of_a_credential_set(current: CredentialStatus, wanted: CredentialStatus) -> None:
    allowed = {
        (CredentialStatus.ISSUED, CredentialStatus.ACKNOWLEDGED),
        (CredentialStatus.ISSUED, CredentialStatus.REVOKED),
        (CredentialStatus.ACKNOWLEDGED, CredentialStatus.REVOKED),
    }
    assert CREDENTIALS.allows(current, wanted) == ((current, wanted) in allowed)


def test_a_client_made_by_hand() -> None:
    program = make_program(kind=ClientKind.PORTAL, grant_types=["client_credentials"], redirect_uris=[])
    assert program.client.kind == "portal"


def test_a_session_begins_and_ends_once() -> None:
    person = make_person()
    session = actions.start_login_session(actor=SYSTEM, person=person, address="192.0.2.7", device="x" * 500)
    assert (session.ended_at, len(session.device)) == (None, 200)
    assert queries.find_open_session(person, session.pk.hex) == session
    assert actions.end_login_session(actor=SYSTEM, session_id=session.pk) is True
    assert actions.end_login_session(actor=SYSTEM, session_id=session.pk) is False
    assert LoginSession.objects.get().ended_at is not None
    assert queries.find_open_session(person, session.pk.hex) is None
    assert kinds() == ["login_session.started", "login_session.ended"]


def test_the_session_of_someone_else_is_not_found() -> None:
    session = make_login_session(make_person())
    assert queries.find_open_session(make_person(), session.pk.hex) is None
    assert queries.find_open_session(make_person(), "nonsense") is None


def test_a_personal_token_is_shown_once_and_works_until_revoked() -> None:
    person = make_user().person
    token, plain = actions.create_personal_token(actor=SYSTEM, person=person, name=" drive ", scopes=["people.view"])
    assert (token.name, token.scopes) == ("drive", ["people.view"])
    assert plain.startswith(token.hint)
    assert plain not in " ".join(str(row) for row in [*PersonalAccessToken.objects.values(), *Event.objects.values()])
    found = find_personal_token(plain)
    assert (found.pk, found.person) == (token.pk, person)
    actions.revoke_personal_token(actor=SYSTEM, by=person, token=token)
    actions.revoke_personal_token(actor=SYSTEM, by=person, token=token)
    with pytest.raises(TokenRefused):
        find_personal_token(plain)
    assert kinds()[-2:] == ["personal_token.created", "personal_token.revoked"]


def test_using_a_personal_token_is_noted_once_a_minute() -> None:
    _token, plain = actions.create_personal_token(actor=SYSTEM, person=make_person(), name="drive")
    with clock.freeze() as moment:
        find_personal_token(plain)
        with clock.travel(timedelta(seconds=59)):
            find_personal_token(plain)
        assert PersonalAccessToken.objects.get().last_used_at == moment
        with clock.travel(timedelta(seconds=60)):
            find_personal_token(plain)
        assert PersonalAccessToken.objects.get().last_used_at == moment + timedelta(seconds=60)


def test_personal_tokens_that_do_not_count() -> None:
    person = make_person()
    _token, plain = actions.create_personal_token(
        actor=SYSTEM, person=person, name="drive", expires_at=clock.now() + timedelta(hours=1)
    )
    with clock.travel(timedelta(hours=1)), pytest.raises(TokenRefused):
        find_personal_token(plain)
    for wrong in ("", "fdp_", plain[:-1], plain + "x", crypto.new_secret("fdp_"), "é" * 50):
        with pytest.raises(TokenRefused):
            find_personal_token(wrong)
    person.is_active = False
    person.save()
    with pytest.raises(TokenRefused):
        find_personal_token(plain)


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "a\0b"])
def test_a_personal_token_needs_a_name(name: str) -> None:
    with pytest.raises(TokenNameMissing):
        actions.create_personal_token(actor=SYSTEM, person=make_person(), name=name)
    assert not PersonalAccessToken.objects.exists()


def test_nobody_revokes_the_token_of_someone_else() -> None:
    owner, stranger = make_person(), make_person()
    token, plain = actions.create_personal_token(actor=SYSTEM, person=owner, name="drive")
    with pytest.raises(NotFound):
        actions.revoke_personal_token(actor=SYSTEM, by=stranger, token=token)
    with pytest.raises(NotFound):
        queries.get_personal_token(stranger, token.pk.hex)
    assert find_personal_token(plain).pk == token.pk
    assert list(queries.list_personal_tokens(owner)) == [token]
    assert queries.get_personal_token(owner, token.pk.hex) == token
