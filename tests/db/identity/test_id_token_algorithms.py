"""ID tokens by ES256 or RS256, as each client chose: whose key signs, what is published, and that no key confuses."""

from __future__ import annotations

import base64
import hmac
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, RSAKey
from tests.db.identity.by_hand import everything
from tests.factories.accounts import SYSTEM, actor_for, make_user
from tests.factories.identity import SIGN_IN, Program, make_login_session, make_portal_client, make_program
from tests.factories.partners import make_member

from fondaco.audit.models import Event
from fondaco.identity import actions, compact, signing_keys
from fondaco.identity.errors import TokenRefused
from fondaco.identity.id_tokens import ID_TOKEN_LIFETIME, issue_id_token
from fondaco.identity.jobs import tidy
from fondaco.identity.models import OAuthClient, RsaSigningKey, TokenFamily, TokenSigningKey
from fondaco.identity.tokens import issue_access_token, verify_access_token
from fondaco.kit import clock
from fondaco.kit.errors import Invalid

pytestmark = pytest.mark.django_db
DAY = 24 * 3600
MAX_AGE = 300  # seconds that anybody may keep the key set
BOTH = ["ES256", "RS256"]


@pytest.fixture
def program() -> Program:
    return make_program()


def choose(program: Program, algorithm: str) -> None:
    with transaction.atomic():
        actions.choose_id_token_algorithm(actor=SYSTEM, client=program.client, algorithm=algorithm)


def id_token(program: Program) -> str:
    user = make_user(program.account)
    family = TokenFamily.objects.create(
        client=program.client, user=user, login_session=make_login_session(user.person), expires_at=clock.now()
    )
    return _id_token(program, family)


def _id_token(program: Program, family: TokenFamily) -> str:
    return issue_id_token(
        credentials=program.issued.set, family=family, nonce="n-1", authenticated_at=clock.now(), access_token="at"
    )


def header_of(token: str) -> dict[str, Any]:
    return dict(jws.extract_compact(token.encode()).headers())


def published(algorithm: str = "") -> list[dict[str, Any]]:
    return [key for key in signing_keys.published_keys() if algorithm in ("", key["alg"])]


def key_set() -> KeySet:
    return KeySet.import_key_set({"keys": signing_keys.published_keys()})


# The choice -----------------------------------------------------------------------------------------------------------


def test_there_is_no_key_of_rsa_before_somebody_chose_it(program: Program) -> None:
    token = id_token(program)
    tidy(0)
    assert header_of(token)["alg"] == "ES256"
    assert [key["alg"] for key in published()] == ["ES256"]
    assert not RsaSigningKey.objects.exists()


@pytest.mark.parametrize("algorithm", BOTH)
def test_the_id_token_is_signed_as_chosen_and_the_access_token_by_es256(program: Program, algorithm: str) -> None:
    choose(program, algorithm)
    token = id_token(program)
    (key,) = published(algorithm)
    assert header_of(token) == {"alg": algorithm, "kid": key["kid"], "typ": "JWT"}
    claims = jwt.decode(token, key_set(), algorithms=[algorithm]).claims
    assert (claims["aud"], claims["nonce"]) == (program.issued.client_id, "n-1")
    access = issue_access_token(credentials=program.issued.set, scope="openid")
    assert header_of(access)["alg"] == "ES256"
    assert verify_access_token(access).client == program.client


def test_the_key_is_published_from_the_choice_on(program: Program) -> None:
    choose(program, "RS256")
    (key,) = published("RS256")
    assert (key["kty"], key["use"], set(key)) == ("RSA", "sig", {"kty", "n", "e", "kid", "use", "alg"})
    assert RSAKey.import_key(key).public_key.key_size == 2048
    event = Event.objects.get(kind="client.id_token_algorithm_changed")
    assert (event.subject_id, event.data) == (program.client.pk.hex, {"algorithm": "RS256"})
    choose(program, "RS256")
    assert Event.objects.filter(kind="client.id_token_algorithm_changed").count() == 1
    assert RsaSigningKey.objects.count() == 1


def test_the_key_is_kept_sealed(program: Program) -> None:
    choose(program, "RS256")
    key = signing_keys.rsa_signing_key()
    private = key.key.as_der(private=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT private_key::bytea, public_jwk::text FROM identity_rsasigningkey")
        ((sealed, public),) = cursor.fetchall()
    assert private[-64:] not in bytes(sealed)
    assert json.loads(public).keys() & {"d", "p", "q", "dp", "dq", "qi"} == set()
    assert "PRIVATE" not in repr(key)
    assert str(key.key.as_dict(private=True)["d"]) not in repr(key)


def test_a_key_that_a_failing_change_made_signs_nothing(program: Program) -> None:
    """The process must not remember what was undone."""
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        actions.choose_id_token_algorithm(actor=SYSTEM, client=program.client, algorithm="RS256")
        raise ZeroDivisionError
    assert not RsaSigningKey.objects.exists()
    program.client.refresh_from_db()
    assert program.client.id_token_signed_response_alg == "ES256"
    choose(program, "RS256")
    jwt.decode(id_token(program), key_set(), algorithms=["RS256"])


def test_no_other_algorithm_gets_into_the_table(program: Program) -> None:
    for wrong in ("none", "HS256", "PS256", ""):
        with pytest.raises(IntegrityError), transaction.atomic():
            OAuthClient.objects.update(id_token_signed_response_alg=wrong)


def test_a_client_made_by_hand_chooses_when_made_and_later() -> None:
    mara = make_member()
    program = make_portal_client(mara, replace(SIGN_IN, id_token_signed_response_alg="RS256"), is_public=True)
    assert OAuthClient.objects.get().id_token_signed_response_alg == "RS256"
    assert [key["alg"] for key in published()] == ["ES256", "RS256"]

    def edit(revision: int, **changes: Any) -> OAuthClient:
        return actions.edit_portal_client(
            actor=actor_for(mara.person), by=mara, client=program.client, revision=revision,
            fields=replace(SIGN_IN, **changes),
        )  # fmt: skip

    before = OAuthClient.objects.get().tokens_valid_after
    edit(0, id_token_signed_response_alg="ES256")
    client = OAuthClient.objects.get()
    assert (client.id_token_signed_response_alg, client.revision) == ("ES256", 1)
    assert client.tokens_valid_after == before  # nothing was taken away
    event = Event.objects.get(kind="client.edited")
    assert event.data == {"fields": ["id_token_signed_response_alg"], "taken_away": [], "revision": 1}
    edit(1, name="Board", id_token_signed_response_alg=None)  # not a word about it
    assert OAuthClient.objects.get().id_token_signed_response_alg == "ES256"


@pytest.mark.parametrize("wrong", ["HS256", "none", "rs256", "PS256", "", "RS256 "])
def test_a_choice_that_there_is_not_changes_nothing(wrong: str) -> None:
    mara = make_member()
    program = make_portal_client(mara, SIGN_IN)
    before, fields = everything(), replace(SIGN_IN, id_token_signed_response_alg=wrong)
    with pytest.raises(Invalid) as refusal:
        actions.edit_portal_client(
            actor=actor_for(mara.person), by=mara, client=program.client, revision=0, fields=fields
        )
    assert list(refusal.value.fields) == ["id_token_signed_response_alg"]
    with pytest.raises(Invalid):
        make_portal_client(mara, fields)
    assert (everything(), RsaSigningKey.objects.count()) == (before, 0)


# Rotation -------------------------------------------------------------------------------------------------------------


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    waits=st.lists(st.integers(0, 40 * DAY) | st.integers(82 * DAY, 92 * DAY) | st.just(400 * DAY), max_size=4),
    is_tidied=st.booleans(),
)
def test_a_kept_key_set_verifies_whatever_is_signed_by_rs256_meanwhile(
    program: Program, waits: list[int], is_tidied: bool
) -> None:
    """Also when the worker stands still, and when nobody asked for anything in a year."""
    RsaSigningKey.objects.all().delete()
    TokenSigningKey.objects.all().delete()
    signing_keys.forget()
    OAuthClient.objects.update(id_token_signed_response_alg="ES256")
    program.client.refresh_from_db()
    choose(program, "RS256")
    user = make_user(program.account)
    family = TokenFamily.objects.create(
        client=program.client, user=user, login_session=make_login_session(user.person), expires_at=clock.now()
    )
    moment = clock.now()
    for wait in [0, *waits]:
        moment += timedelta(seconds=wait)
        with clock.freeze(moment):
            if is_tidied:
                tidy(0)
            kept = key_set()
        for seconds in (0, MAX_AGE):
            with clock.freeze(moment + timedelta(seconds=seconds)):
                token = _id_token(program, family)
            jwt.decode(token, kept, algorithms=["RS256"])
            for share in (0.0, 1.0):
                with clock.freeze(moment + timedelta(seconds=seconds) + ID_TOKEN_LIFETIME * share):
                    jwt.decode(token, key_set(), algorithms=["RS256"])


def test_the_job_renews_both_rings(program: Program) -> None:
    with clock.freeze():
        choose(program, "RS256")
        first = signing_keys.rsa_signing_key().key_id
        tidy(0)
        with clock.travel(timedelta(days=83, seconds=1)):
            tidy(0)
            tidy(0)
            assert (RsaSigningKey.objects.count(), TokenSigningKey.objects.count()) == (2, 2)
            assert signing_keys.rsa_signing_key().key_id == first
            assert len(published("RS256")) == 2
        with clock.travel(timedelta(days=90)):
            second = signing_keys.rsa_signing_key().key_id
            assert second != first
            assert [key["kid"] for key in published("RS256")] == [first, second]
        with clock.travel(timedelta(days=91, seconds=1)):
            assert [key["kid"] for key in published("RS256")] == [second]


def test_a_process_that_knew_no_key_of_rsa_publishes_that_of_another_at_once(program: Program) -> None:
    assert [key["alg"] for key in published()] == ["ES256"]
    remembered = dict(signing_keys._rsa_ring._keys)
    with transaction.atomic():
        signing_keys.ensure_signing_key("RS256")  # as another process does, which tells nobody
    assert remembered == signing_keys._rsa_ring._keys == {}
    assert [key["alg"] for key in published()] == ["ES256", "RS256"]


# Key confusion --------------------------------------------------------------------------------------------------------


def forge(header: dict[str, Any], claims: dict[str, Any], key: Any) -> str:
    return jwt.encode(header, claims, key, algorithms=[header["alg"]], default_type=None)


def forge_by_hmac(header: dict[str, Any], claims: dict[str, Any], secret: bytes) -> str:
    """By hand, because the library refuses to take a public key for a shared secret."""
    signed = ".".join(_segment(json.dumps(part).encode()) for part in (header, claims))
    return f"{signed}.{_segment(hmac.digest(secret, signed.encode(), 'sha256'))}"


def _segment(plain: bytes) -> str:
    return base64.urlsafe_b64encode(plain).rstrip(b"=").decode()


def claims_of(token: str) -> dict[str, Any]:
    return dict(json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "==")))


def test_the_key_of_rsa_signs_no_access_token(program: Program) -> None:
    """Not even we could: whoever got hold of that key would have nothing that opens an API."""
    choose(program, "RS256")
    rsa, ec = signing_keys.rsa_signing_key(), signing_keys.signing_key()
    good = issue_access_token(credentials=program.issued.set, scope="openid")
    claims = claims_of(good)
    head = {"typ": "at+jwt"}
    forged = [
        forge({**head, "alg": "RS256", "kid": rsa.key_id}, claims, rsa.key),
        forge({**head, "alg": "RS256", "kid": ec.key_id}, claims, rsa.key),
        forge({**head, "alg": "PS256", "kid": rsa.key_id}, claims, rsa.key),
        forge({**head, "alg": "ES256", "kid": rsa.key_id}, claims, ec.key),
    ]
    for public in (_pem(rsa.key), json.dumps(rsa.public_jwk).encode(), _pem(ec.key)):
        forged += [
            forge_by_hmac({**head, "alg": "HS256", "kid": each}, claims, public) for each in (rsa.key_id, ec.key_id)
        ]
    for token in forged:
        with pytest.raises(TokenRefused):
            verify_access_token(token)
        assert not compact.is_signed(token, "at+jwt")
    assert verify_access_token(good).client == program.client


@pytest.mark.parametrize("algorithm", BOTH)
def test_an_id_token_is_no_access_token(program: Program, algorithm: str) -> None:
    choose(program, algorithm)
    token = id_token(program)
    with pytest.raises(TokenRefused):
        verify_access_token(token)
    assert not compact.is_signed(token, "at+jwt")


@pytest.mark.parametrize("algorithm", BOTH)
def test_who_expects_one_algorithm_is_not_led_to_the_other(program: Program, algorithm: str) -> None:
    """Each published key says what it is for, so that a library which heeds that takes it for nothing else."""
    choose(program, algorithm)
    signing_keys.ensure_signing_key("RS256")
    token, (other,) = id_token(program), [each for each in BOTH if each != algorithm]
    with pytest.raises(JoseError):
        jwt.decode(token, key_set(), algorithms=[other])
    (key,) = published(other)
    head, claims, signature = token.split(".")
    led = {**header_of(token), "kid": key["kid"]}
    moved = _segment(json.dumps(led).encode())
    for forged in (f"{moved}.{claims}.{signature}", f"{head}.{claims}."):
        with pytest.raises((JoseError, ValueError, TypeError, AttributeError)):
            jwt.decode(forged, key_set(), algorithms=BOTH)


def _pem(key: Any) -> bytes:
    found: bytes = key.public_key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return found
