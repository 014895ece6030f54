"""Whoever keeps our key set as long as we allow never meets a good token that it cannot verify, over years."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import KeySet
from tests.factories.accounts import make_user
from tests.factories.identity import Program, make_login_session, make_program

from fondaco.identity import signing_keys
from fondaco.identity.id_tokens import ID_TOKEN_LIFETIME, issue_id_token
from fondaco.identity.jobs import tidy
from fondaco.identity.models import TokenFamily, TokenSigningKey
from fondaco.identity.tokens import LIFETIME, issue_access_token, verify_access_token
from fondaco.kit import clock

pytestmark = pytest.mark.django_db
DAY = 24 * 3600


@pytest.fixture
def program() -> Program:
    return make_program()


MAX_AGE = 300  # seconds that anybody may keep the key set


def fetch() -> KeySet:
    """The key set as it is published."""
    return KeySet.import_key_set({"keys": signing_keys.published_keys()})


def test_the_key_set_may_be_kept_for_five_minutes(program: Program) -> None:
    answer = Client().get(f"/{program.account.name}/.well-known/jwks.json")
    assert answer["Cache-Control"] == f"public, max-age={MAX_AGE}"
    assert answer.json() == {"keys": signing_keys.published_keys()}


def access_token(program: Program) -> str:
    return issue_access_token(credentials=program.issued.set, scope="openid")


def id_token(program: Program, access: str) -> str:
    family = TokenFamily.objects.select_related("user__person", "login_session").get()
    return issue_id_token(
        credentials=program.issued.set, family=family, nonce="", authenticated_at=clock.now(), access_token=access
    )


def check(token: str, keys: KeySet) -> None:
    """Verifies the signature, as a program that knows no more than the key set."""
    jwt.decode(token, keys, algorithms=["ES256"])


@pytest.fixture
def family(program: Program) -> TokenFamily:
    user = make_user(program.account)
    return TokenFamily.objects.create(
        client=program.client,
        user=user,
        login_session=make_login_session(user.person),
        expires_at=clock.now() + timedelta(days=9999) + timedelta(days=9999),
    )


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    waits=st.lists(st.integers(0, 40 * DAY) | st.integers(82 * DAY, 92 * DAY) | st.just(400 * DAY), max_size=5),
    is_tidied=st.booleans(),
)
def test_a_kept_key_set_verifies_whatever_is_signed_meanwhile(
    program: Program, family: TokenFamily, waits: list[int], is_tidied: bool
) -> None:
    """Also when the worker stands still, and when nobody asked for anything in a year."""
    TokenSigningKey.objects.all().delete()
    signing_keys.forget()
    moment = clock.now()
    for wait in [0, *waits]:
        moment += timedelta(seconds=wait)
        with clock.freeze(moment):
            if is_tidied:
                tidy(0)
            kept = fetch()
        for seconds in (0, MAX_AGE // 2, MAX_AGE):
            signed_at = moment + timedelta(seconds=seconds)
            with clock.freeze(signed_at):
                access = access_token(program)
                tokens = ((access, LIFETIME), (id_token(program, access), ID_TOKEN_LIFETIME))
            for token, lifetime in tokens:
                check(token, kept)
                _fresh_sets_verify(token, signed_at, lifetime)


def _fresh_sets_verify(token: str, signed_at: datetime, lifetime: timedelta) -> None:
    """A set that is fetched at any time of the token's life knows its key as well."""
    for share in (0.0, 1.0):
        with clock.freeze(signed_at + lifetime * share):
            check(token, fetch())


def test_around_the_change_of_keys_each_second_has_its_key(program: Program) -> None:
    with clock.freeze() as start:
        first = signing_keys.signing_key()
        kept = fetch()
    with clock.freeze(first.signs_until - timedelta(seconds=MAX_AGE)):
        kept = fetch()
        assert len(kept.keys) == 2
    seen = set()
    for offset in (-2, -1, 0, 1, 2, 300):
        with clock.freeze(first.signs_until - timedelta(seconds=MAX_AGE) + timedelta(seconds=300 + offset)):
            token = access_token(program)
            seen.add(jwt.decode(token, kept, algorithms=["ES256"]).header["kid"])
            assert verify_access_token(token).client == program.client
    assert len(seen) == 2
    assert first.signs_until - start == timedelta(days=90)


def test_a_process_that_remembers_old_keys_signs_with_the_right_one(program: Program) -> None:
    """What a process remembers for a minute was read before another process made the next key."""
    first = signing_keys.signing_key()
    remembered = dict(signing_keys._ring._keys)
    with clock.freeze(first.signs_until - timedelta(days=1)):
        kept = fetch()
    signing_keys._ring._keys = remembered
    with clock.freeze(first.signs_until + timedelta(seconds=30)):
        check(access_token(program), kept)


def test_a_key_is_found_while_another_thread_reads_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    key = signing_keys.signing_key()
    epoch = clock.epoch

    def read_and_tell() -> float:
        signing_keys.published_keys()  # as another thread does at this very moment
        return epoch()

    monkeypatch.setattr(clock, "epoch", read_and_tell)
    assert signing_keys.signing_key() == key


def test_asking_for_the_keys_makes_one_only_when_it_is_time() -> None:
    for _ in range(3):
        fetch()
    assert TokenSigningKey.objects.count() == 1
    with clock.travel(timedelta(days=84)):
        for _ in range(3):
            fetch()
        assert TokenSigningKey.objects.count() == 2
