"""The quick way to look at tokens of ours: never a yes that the library would not say, however often it is asked."""

from __future__ import annotations

import json
import string
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from fondaco.identity import compact, signing_keys
from fondaco.identity.tokens import LIFETIME_SECONDS
from fondaco.kit import clock

pytestmark = pytest.mark.django_db
KIND = "at+jwt"
ALPHABET = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
CLAIMS = {"sub": "someone", "scope": "apps:read"}
examples = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def token() -> str:
    """One that was asked about before, so it is remembered."""
    made = compact.sign(CLAIMS, KIND)
    assert compact.is_signed(made, KIND)
    return made


def forge(header: dict[str, Any], key: ECKey) -> str:
    return jws.serialize_compact(header, json.dumps(CLAIMS).encode(), key, algorithms=["ES256"])


def does_the_library_agree(token: str) -> bool:
    key = signing_keys.signing_key()
    try:
        return jws.deserialize_compact(token, key.key, algorithms=["ES256"]).headers() == {
            "alg": "ES256",
            "kid": key.key_id,
            "typ": KIND,
        }
    except JoseError:
        return False


def test_it_is_verified_once_and_known_from_then_on(token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    other = compact.sign(CLAIMS, KIND)
    monkeypatch.setattr(compact, "_is_signed_by", lambda *asked: False)
    assert compact.is_signed(token, KIND)
    assert not compact.is_signed(other, KIND)
    assert compact.peek(token) == CLAIMS


def test_it_is_known_for_as_long_as_it_lives() -> None:
    assert compact._REMEMBERED_SECONDS == LIFETIME_SECONDS


def test_what_is_wrong_is_so_each_time(token: str) -> None:
    wrong = compact.sign({**CLAIMS, "scope": "apps:write"}, KIND).rpartition(".")[0] + token[token.rindex(".") :]
    assert [compact.is_signed(wrong, KIND) for _ in range(3)] == [False, False, False]


def test_what_was_found_wrong_is_not_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    made = compact.sign(CLAIMS, KIND)
    with monkeypatch.context() as patch:
        patch.setattr(compact, "_is_signed_by", lambda *asked: False)
        assert not compact.is_signed(made, KIND)
    assert compact.is_signed(made, KIND)


def test_a_remembered_token_is_worth_nothing_when_its_key_is_no_longer_published(token: str) -> None:
    until = signing_keys.signing_key().published_until
    with clock.freeze(until - timedelta(seconds=1)):
        assert compact.is_signed(token, KIND)
    with clock.freeze(until):
        assert not compact.is_signed(token, KIND)


def test_nor_is_it_a_token_of_another_kind(token: str) -> None:
    assert not compact.is_signed(token, "logout+jwt")
    assert not compact.is_signed(compact.sign(CLAIMS, "logout+jwt"), KIND)


def test_another_key_under_the_name_of_ours_signs_nothing(token: str) -> None:
    header = {"alg": "ES256", "kid": signing_keys.signing_key().key_id, "typ": KIND}
    assert not compact.is_signed(forge(header, ECKey.generate_key("P-256")), KIND)
    assert not compact.is_signed(forge({**header, "kid": "unknown"}, signing_keys.signing_key().key), KIND)


@pytest.mark.parametrize("pair", [(0, 0), (1, 0), (0, 1), (1, 1), (2**256 - 1, 2**256 - 1)])
def test_numbers_that_are_no_signature(token: str, pair: tuple[int, int]) -> None:
    raw = b"".join(number.to_bytes(32, "big") for number in pair)
    signed = token.rpartition(".")[0]
    assert not compact.is_signed(f"{signed}.{urlsafe_b64encode(raw).rstrip(b'=').decode()}", KIND)


@pytest.mark.parametrize("length", [0, 1, 63, 65, 72])
def test_signatures_of_another_length(token: str, length: int) -> None:
    signed = token.rpartition(".")[0]
    assert not compact.is_signed(f"{signed}.{urlsafe_b64encode(bytes(length)).rstrip(b'=').decode()}", KIND)


def test_a_signature_with_a_zero_before_its_second_number(token: str) -> None:
    signed, _dot, signature = token.rpartition(".")
    raw = urlsafe_b64decode(signature + "==")
    longer = urlsafe_b64encode(raw[:32] + b"\0" + raw[32:]).rstrip(b"=").decode()
    assert not compact.is_signed(f"{signed}.{longer}", KIND)


def test_a_signature_is_written_in_one_way_only(token: str) -> None:
    """The last of its characters has four bits more than the signature, and there may be padding."""
    number = ALPHABET.index(token[-1])
    for other in range(number & ~15, (number & ~15) + 16):
        written = token[:-1] + ALPHABET[other]
        assert compact.is_signed(written, KIND) == (written == token)
    assert not compact.is_signed(token + "=", KIND)
    assert not compact.is_signed(token + "\n", KIND)


@examples
@given(data=st.data())
def test_one_change_makes_it_nobody_s(token: str, data: st.DataObject) -> None:
    begin = data.draw(st.integers(0, len(token)))
    end = data.draw(st.integers(begin, min(len(token), begin + data.draw(st.sampled_from([0, 1, 2, 40, len(token)])))))
    changed = token[:begin] + data.draw(st.text(ALPHABET + ".=+/ \n\0é", max_size=3)) + token[end:]
    assume(changed != token)
    assert not compact.is_signed(changed, KIND)
    assert compact.is_signed(token, KIND)


@examples
@given(claims=st.dictionaries(st.text(max_size=8), st.none() | st.booleans() | st.integers() | st.text(), max_size=6))
def test_whatever_is_signed_reads_as_it_was_and_is_right_for_the_library(claims: dict[str, Any]) -> None:
    assume(all(not isinstance(value, int) or abs(value) < 2**63 for value in claims.values()))
    made = compact.sign(claims, KIND)
    assert compact.is_signed(made, KIND)
    assert does_the_library_agree(made)
    assert compact.peek(made) == claims


@examples
@given(
    noise=st.text(max_size=300)
    | st.text(ALPHABET + ".=", max_size=300)
    | st.integers(1, 2000).map(lambda depth: "e30." + urlsafe_b64encode(b"[" * depth).decode() + ".x")
    | st.integers(1, 2000).map(lambda depth: urlsafe_b64encode(b'{"kid":' * depth).decode() + ".e30.x")
)
def test_noise_says_nothing_and_breaks_nothing(noise: str) -> None:
    assert not compact.is_signed(noise, KIND)
    assert isinstance(compact.peek(noise), dict)


def test_nobody_reads_what_is_longer_than_any_of_ours() -> None:
    made = compact.sign({"scope": "x" * 10_000}, KIND)
    assert compact.peek(made) == {}
    assert not compact.is_signed(made, KIND)
