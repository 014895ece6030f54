"""Access tokens under attack, and the keys that sign them."""

from __future__ import annotations

import base64
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey
from tests.factories.accounts import SYSTEM, make_account, make_user
from tests.factories.identity import SCOPES, Program, make_login_session, make_program

from fondaco.audit.status import transition
from fondaco.identity import signing_keys
from fondaco.identity.errors import BeyondThePerson, InsufficientScope, TokenRefused
from fondaco.identity.jobs import forget_expired
from fondaco.identity.models import RevokedToken, SpentAssertion, TokenFamily, TokenSigningKey
from fondaco.identity.states import CredentialStatus
from fondaco.identity.tokens import issue_access_token, require_scope, verify_access_token
from fondaco.kit import clock

pytestmark = pytest.mark.django_db
DEEP = base64.urlsafe_b64encode(b"[" * 3000).decode() + ".e30.e30"  # deeper than a parser can go down


@pytest.fixture
def program() -> Program:
    return make_program()


def token_of(program: Program) -> str:
    return issue_access_token(credentials=program.issued.set, scope=" ".join(SCOPES))


def forge(token: str, *, header: dict[str, Any] | None = None, key: Any = None, **claims: Any) -> str:
    """The same token with other words, signed with our own key unless another is given."""
    ours = signing_keys.signing_key()
    whole = {**jwt.decode(token, ours.key, algorithms=["ES256"]).claims, **claims}
    head = {"alg": "ES256", "kid": ours.key_id, "typ": "at+jwt", **(header or {})}
    return jwt.encode(
        {name: value for name, value in head.items() if value is not None},
        {name: value for name, value in whole.items() if value is not None},
        key or ours.key,
        algorithms=[head["alg"]],
    )


def test_a_good_token(program: Program) -> None:
    token = verify_access_token(token_of(program))
    assert (token.client, token.credentials, token.user) == (program.client, program.issued.set, None)
    require_scope(token, "apps:read")
    with pytest.raises(InsufficientScope, match="users:read"):
        require_scope(token, "users:read")


def test_a_token_lives_ten_minutes(program: Program) -> None:
    with clock.freeze():
        token = token_of(program)
        with clock.travel(timedelta(seconds=599)):
            verify_access_token(token)
        with clock.travel(timedelta(seconds=601)), pytest.raises(TokenRefused):
            verify_access_token(token)


@pytest.mark.parametrize(
    "change",
    [
        {"header": {"kid": "0" * 32}},
        {"header": {"kid": None}},
        {"header": {"typ": "JWT"}},
        {"header": {"typ": None}},
        {"jti": None},
        {"jti": 7},
        {"key": ECKey.generate_key("P-256")},
        {"header": {"alg": "HS256"}, "key": OctKey.generate_key(256)},
        {"aud": "https://elsewhere.example"},
        {"aud": ["http://127.0.0.1:8000"]},
        {"iss": "http://127.0.0.1:8000/other"},
        {"account": "0" * 24},
        {"client_id": "0" * 32},
        {"client_id": None},
        {"scope": None},
        {"scope": 7},
        {"exp": None},
        {"exp": "never"},
        {"exp": True},
        {"iat": None},
        {"family": "0" * 32},
        {"family": "nonsense"},
        {"family": 7},
    ],
)
def test_other_tokens_are_refused(program: Program, change: dict[str, Any]) -> None:
    with pytest.raises(TokenRefused):
        verify_access_token(forge(token_of(program), **change))


def test_an_unchanged_forgery_is_a_good_token(program: Program) -> None:
    assert verify_access_token(forge(token_of(program))).client == program.client


@pytest.mark.parametrize("token", ["", "a.b.c", "..", "é", "x" * 9000, "eyJhbGciOiJub25lIn0.e30.", "\0", DEEP])
def test_what_is_no_token_at_all(token: str) -> None:
    with pytest.raises(TokenRefused):
        verify_access_token(token)


def test_tokens_of_a_dead_set_are_dead(program: Program) -> None:
    token = token_of(program)
    transition(program.issued.set, CredentialStatus.REVOKED, actor=SYSTEM)
    with pytest.raises(TokenRefused):
        verify_access_token(token)


def test_tokens_from_before_the_line_are_dead(program: Program) -> None:
    token = token_of(program)
    program.client.tokens_valid_after = clock.now() + timedelta(seconds=1)
    program.client.save(update_fields=["tokens_valid_after"])
    with pytest.raises(TokenRefused):
        verify_access_token(token)


def test_a_token_that_was_revoked_alone_is_dead_and_its_siblings_live(program: Program) -> None:
    token, sibling = token_of(program), token_of(program)
    jti = verify_access_token(token).token.token_id
    RevokedToken.objects.create(jti=jti, expires_at=clock.now() + timedelta(minutes=10))
    with pytest.raises(TokenRefused):
        verify_access_token(token)
    assert verify_access_token(sibling).client == program.client


@pytest.mark.parametrize(
    ("scope", "roles"),
    [
        ("openid", {"admin", "supervisor", "agent"}),
        ("account:read", {"admin", "supervisor", "agent"}),
        ("users:read", {"admin", "supervisor"}),
        ("user-session-public:end", {"admin"}),
    ],
)
def test_a_persons_token_opens_only_what_the_person_may_do(program: Program, scope: str, roles: set[str]) -> None:
    allowed = set()
    for role in ("admin", "supervisor", "agent"):
        user = make_user(program.account, role=role)
        family = TokenFamily.objects.create(
            client=program.client, user=user, login_session=make_login_session(user.person), expires_at=clock.now()
        )
        plain = issue_access_token(credentials=program.issued.set, scope=scope, family=family)
        with suppress(BeyondThePerson):
            require_scope(verify_access_token(plain), scope)
            allowed.add(role)
    assert allowed == roles


def test_checking_costs_one_query_and_for_a_user_two(program: Program) -> None:
    user = make_user(program.account)
    family = TokenFamily.objects.create(
        client=program.client, user=user, login_session=make_login_session(user.person), expires_at=clock.now()
    )
    for_user = issue_access_token(credentials=program.issued.set, scope="openid", family=family)
    for token, count in ((token_of(program), 1), (for_user, 2)):
        with CaptureQueriesContext(connection) as queries:
            found = verify_access_token(token)
        assert len(queries) == count
        with CaptureQueriesContext(connection) as queries:
            assert found.client.account.name == program.account.name
            assert found.user is None or (found.user.person, found.user.role.key) == (user.person, "admin")
        assert len(queries) == 0
    assert found.session_id == family.login_session_id.hex


@pytest.mark.parametrize("style", ["path", "host"])
def test_each_account_has_its_own_issuer_in_both_styles(program: Program, settings: Any, style: str) -> None:
    settings.IDENTITY_STYLE, settings.IDENTITY_URL = style, "https://id.example.com"
    name = program.account.name
    ours = f"https://{name}.id.example.com" if style == "host" else f"https://id.example.com/{name}"
    token = token_of(program)
    assert verify_access_token(token).token.issuer == ours
    other = make_account()
    foreign = ours.replace(name, other.name)
    others = f"https://id.example.com/{name}" if style == "host" else f"https://{name}.id.example.com"
    for wrong in (foreign, others, f"{ours}/", ours.upper(), "https://id.example.com"):
        with pytest.raises(TokenRefused):
            verify_access_token(forge(token, iss=wrong))


# Keys -----------------------------------------------------------------------------------------------------------------


def test_one_key_is_made_when_it_is_needed(program: Program) -> None:
    assert not TokenSigningKey.objects.exists()
    token_of(program)
    signing_keys.ensure_signing_key()
    row = TokenSigningKey.objects.get()
    assert "d" not in row.public_jwk
    assert [key["kid"] for key in signing_keys.published_keys()] == [row.pk.hex]


def test_the_next_key_is_published_a_week_before_it_signs(program: Program) -> None:
    with clock.freeze():
        first = signing_keys.signing_key().key_id
        with clock.travel(timedelta(days=83)):
            signing_keys.ensure_signing_key()
            assert TokenSigningKey.objects.count() == 1
        with clock.travel(timedelta(days=83, seconds=1)):
            signing_keys.ensure_signing_key()
            signing_keys.ensure_signing_key()
            assert next(key["kid"] for key in signing_keys.published_keys()) == first
            assert len(signing_keys.published_keys()) == 2
            assert signing_keys.signing_key().key_id == first
        with clock.travel(timedelta(days=90, seconds=-5)):
            old = token_of(program)
        with clock.travel(timedelta(days=90)):
            second = signing_keys.signing_key().key_id
            assert second != first
            assert len(signing_keys.published_keys()) == 2
            assert verify_access_token(old).client == program.client
        with clock.travel(timedelta(days=91, seconds=1)):
            assert [key["kid"] for key in signing_keys.published_keys()] == [second]
            assert signing_keys.find_key(first) is None


def test_a_key_that_another_process_made_is_found_at_once(program: Program) -> None:
    signing_keys.signing_key()
    signing_keys.forget()
    with clock.travel(timedelta(days=85)):
        signing_keys.ensure_signing_key()
    assert {key["kid"] for key in signing_keys.published_keys()} == {
        row.pk.hex for row in TokenSigningKey.objects.all()
    }


def test_after_a_long_sleep_there_is_a_key_again(program: Program) -> None:
    first = signing_keys.signing_key().key_id
    with clock.travel(timedelta(days=400)):
        assert signing_keys.signing_key().key_id != first
        verify_access_token(token_of(program))


def test_private_keys_are_sealed() -> None:
    key = signing_keys.signing_key()
    with_key = key.key.as_der(private=True)
    row = TokenSigningKey.objects.extra(select={"raw": "private_key"}).get()
    assert row.private_key == with_key
    assert with_key[-60:] not in bytes(row.raw)
    assert "PRIVATE" not in repr(key)


def test_spent_assertions_are_forgotten_when_they_would_be_refused_anyway() -> None:
    with clock.freeze() as moment:
        SpentAssertion.objects.create(jti_hash="a" * 64, expires_at=moment - timedelta(seconds=1))
        SpentAssertion.objects.create(jti_hash="b" * 64, expires_at=moment + timedelta(seconds=1))
        assert forget_expired() == 1
    assert list(SpentAssertion.objects.values_list("jti_hash", flat=True)) == ["b" * 64]
