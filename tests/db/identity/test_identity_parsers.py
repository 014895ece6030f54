"""Laws of what reads tokens and assertions: anything is either refused or what was signed, and nothing breaks."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from authlib.oauth2.rfc6749 import InvalidClientError
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from joserfc import jws
from tests.factories.identity import ASSERTION_TYPE, SCOPES, Program, make_program

from fondaco.identity import signing_keys
from fondaco.identity.errors import TokenRefused
from fondaco.identity.models import SpentAssertion
from fondaco.identity.protocol.client_authentication import authenticate
from fondaco.identity.protocol.clients import ProtocolClient
from fondaco.identity.protocol.requests import ProtocolRequest, WireRequest
from fondaco.identity.tokens import issue_access_token, verify_access_token

pytestmark = pytest.mark.django_db
# The rows are made once for all examples of a test: no example changes them.
examples = settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
HEADER_NAMES = st.sampled_from(["alg", "kid", "typ", "crit", "b64", "jwk", "jku", "x5c", "zip", "enc"])
CLAIM_NAMES = st.sampled_from(
    ["iss", "sub", "aud", "client_id", "account", "scope", "iat", "exp", "jti", "nbf", "sid", "family"]
)
ALPHABET = st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ \n\0é")


@pytest.fixture
def program() -> Program:
    return make_program()


@pytest.fixture
def good(program: Program) -> str:
    """An assertion that nobody has used."""
    return program.assertion()


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def token_of(program: Program, scope: str = " ".join(SCOPES)) -> str:
    return issue_access_token(credentials=program.issued.set, scope=scope)


def claims_of(token: str) -> dict[str, Any]:
    return dict(json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "==")))


@st.composite
def mutations(draw: st.DrawFn, text: str) -> str:
    """``text`` with something taken out, put in, or put in the place of something."""
    begin = draw(st.integers(0, len(text)))
    end = draw(st.integers(begin, min(len(text), begin + draw(st.sampled_from([0, 1, 2, 40, len(text)])))))
    mutated = text[:begin] + draw(st.text(ALPHABET, max_size=3)) + text[end:]
    assume(mutated != text)
    return mutated


# Access tokens --------------------------------------------------------------------------------------------------------


@examples
@given(noise=st.text(max_size=300) | st.binary(max_size=300).map(lambda raw: raw.decode("latin-1")))
def test_noise_is_no_token(program: Program, noise: str) -> None:
    with pytest.raises(TokenRefused):
        verify_access_token(noise)


@examples
@given(header=JSON | st.dictionaries(HEADER_NAMES, JSON, max_size=4), payload=JSON, signature=st.binary(max_size=70))
def test_nor_is_any_json_with_any_signature(program: Program, header: Any, payload: Any, signature: bytes) -> None:
    good = {"alg": "ES256", "kid": signing_keys.signing_key().key_id, "typ": "at+jwt"}
    end = base64.urlsafe_b64encode(signature).rstrip(b"=").decode()
    for head in (header, {**good, **header} if isinstance(header, dict) else good):
        with pytest.raises(TokenRefused):
            verify_access_token(f"{part(head)}.{part(payload)}.{end}")


@examples
@given(data=st.data())
def test_a_token_with_one_change_is_none(program: Program, data: st.DataObject) -> None:
    token = token_of(program)
    with pytest.raises(TokenRefused):
        verify_access_token(data.draw(mutations(token)))


@examples
@given(order=st.lists(st.sampled_from([0, 1, 2, 3, 4, 5]), min_size=1, max_size=4))
def test_parts_of_two_good_tokens_make_no_third(program: Program, order: list[int]) -> None:
    first, second = token_of(program), token_of(program, "openid")
    parts = [*first.split("."), *second.split(".")]
    mixed = ".".join(parts[number] for number in order)
    # The headers are alike, so a token may have the other's.
    assume(mixed not in {first, second})
    with pytest.raises(TokenRefused):
        verify_access_token(mixed)


@examples
@given(name=CLAIM_NAMES, value=JSON)
def test_any_claim_under_our_own_signature_is_refused_or_means_the_same(
    program: Program, name: str, value: Any
) -> None:
    """Even a house that signs nonsense lets nobody in as somebody else."""
    token, key = token_of(program), signing_keys.signing_key()
    claims = {**claims_of(token), name: value}
    header = {"alg": "ES256", "kid": key.key_id, "typ": "at+jwt"}
    forged = jws.serialize_compact(header, json.dumps(claims).encode(), key.key, algorithms=["ES256"])
    try:
        found = verify_access_token(forged)
    except TokenRefused:
        return
    assert (found.client, found.user, found.account_id) == (program.client, None, program.account.pk)
    assert found.scopes == frozenset(str(claims["scope"]).split())


@examples
@given(payload=JSON.map(json.dumps) | st.text(max_size=60) | st.integers(1, 1500).map(lambda depth: "[" * depth))
def test_nor_does_it_break_on_any_payload_under_our_own_signature(program: Program, payload: str) -> None:
    key = signing_keys.signing_key()
    header = {"alg": "ES256", "kid": key.key_id, "typ": "at+jwt"}
    with pytest.raises(TokenRefused):
        verify_access_token(jws.serialize_compact(header, payload.encode(), key.key, algorithms=["ES256"]))


@examples
@given(scopes=st.sets(st.sampled_from(SCOPES)))
def test_a_good_token_says_what_was_granted(program: Program, scopes: set[str]) -> None:
    found = verify_access_token(token_of(program, " ".join(sorted(scopes))))
    assert (found.client, found.credentials, found.user) == (program.client, program.issued.set, None)
    assert found.scopes == scopes


# Client assertions ----------------------------------------------------------------------------------------------------


def prove(program: Program, assertion: str) -> ProtocolClient:
    form = {"client_assertion_type": [ASSERTION_TYPE], "client_assertion": [assertion]}
    return authenticate(ProtocolRequest("POST", WireRequest(program.account, form)))


@examples
@given(
    noise=st.text(min_size=1, max_size=300) | st.binary(min_size=1, max_size=300).map(lambda raw: raw.decode("latin-1"))
)
def test_noise_is_no_assertion(program: Program, noise: str) -> None:
    with pytest.raises(InvalidClientError):
        prove(program, noise)


@examples
@given(header=JSON | st.dictionaries(HEADER_NAMES, JSON, max_size=4), payload=JSON, signature=st.binary(max_size=70))
def test_nor_is_any_json_for_a_client_of_ours(
    program: Program, good: str, header: Any, payload: Any, signature: bytes
) -> None:
    claims = claims_of(good)
    fitting = {"alg": "ES256", "kid": program.issued.key_id}
    end = base64.urlsafe_b64encode(signature).rstrip(b"=").decode()
    heads = (header, {**fitting, **header} if isinstance(header, dict) else fitting)
    for head, body in ((head, body) for head in heads for body in (payload, claims)):
        with pytest.raises(InvalidClientError):
            prove(program, f"{part(head)}.{part(body)}.{end}")
    assert not SpentAssertion.objects.exists()


@examples
@given(data=st.data())
def test_an_assertion_with_one_change_is_none(program: Program, good: str, data: st.DataObject) -> None:
    with pytest.raises(InvalidClientError):
        prove(program, data.draw(mutations(good)) or "x")
    assert not SpentAssertion.objects.exists()


@examples
@given(name=CLAIM_NAMES, value=JSON)
def test_any_claim_under_a_good_signature_is_refused_or_proves_its_signer(
    program: Program, name: str, value: Any
) -> None:
    claims = {**claims_of(program.assertion()), name: value}
    header = {"alg": "ES256", "kid": program.issued.key_id}
    assertion = jws.serialize_compact(header, json.dumps(claims).encode(), program.key(), algorithms=["ES256"])
    try:
        found = prove(program, assertion)
    except InvalidClientError:
        return
    assert found.credentials == program.issued.set
    with pytest.raises(InvalidClientError):
        prove(program, assertion)
