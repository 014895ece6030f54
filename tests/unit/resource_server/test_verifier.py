"""Tokens under attack, as an API of the operator's checks them; no house, no database."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey, OctKey, RSAKey
from tests.factories.access_tokens import ACCOUNT_ID, AUDIENCE, CLIENT_ID, ISSUER, Mint

from fondaco.resource_server import (
    Issuers,
    ScopeMissing,
    SourceUnavailable,
    Token,
    TokenError,
    TokenInvalid,
    TokenMissing,
    Verifier,
)

MINT = Mint()


class Ring:
    """Knows one key, and says what was asked."""

    def __init__(self, mint: Mint) -> None:
        self.mint, self.asked = mint, list[str]()

    def find(self, key_id: str) -> ECKey | None:
        self.asked.append(key_id)
        return ECKey.import_key(self.mint.public_jwk) if key_id == self.mint.key_id else None


class Word:
    """Says of every token the same, or nothing."""

    def __init__(self, is_active: bool | None = True) -> None:
        self.word, self.asked = is_active, list[Token]()

    def is_active(self, token: Token) -> bool:
        self.asked.append(token)
        if self.word is None:
            raise SourceUnavailable
        return self.word


def verifier(
    *, revocations: Word | None = None, keys: Ring | None = None, now: Callable[[], float] = time.time, leeway: int = 0
) -> Verifier:
    return Verifier(
        audience=AUDIENCE,
        issuers=Issuers(f"{AUDIENCE}/{{account}}"),
        keys=keys or Ring(MINT),
        revocations=revocations or Word(),
        now=now,
        leeway=leeway,
    )


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unsigned(header: bytes, *, signature: str = "") -> str:
    payload = MINT.sign().split(".")[1]
    return f"{b64(header)}.{payload}.{signature}"


def test_what_a_good_token_says() -> None:
    token = verifier().verify(MINT.sign())
    assert (token.account_id, token.client_id, token.issuer) == (ACCOUNT_ID, CLIENT_ID, ISSUER)
    assert (token.user_id, token.session_id) == (None, None)
    assert token.scopes == {"contacts:read", "account:read"}
    assert (token.token_id, token.expires_at - token.issued_at) == ("j" * 32, 600)
    token.require("contacts:read")
    assert token.plain not in repr(token)


def test_a_token_that_acts_for_a_person_names_them_and_their_session() -> None:
    token = verifier().verify(MINT.sign_for_user())
    assert (token.user_id, token.session_id) == ("u" * 24, "5" * 32)


@pytest.mark.parametrize("kind", ["at+jwt", "AT+JWT", "application/at+jwt"])
def test_the_types_of_an_access_token(kind: str) -> None:
    assert verifier().verify(MINT.sign(header={"typ": kind})).account_id == ACCOUNT_ID


@pytest.mark.parametrize(
    "change",
    [
        {"header": {"kid": "other"}},
        {"header": {"kid": None}},
        {"header": {"typ": "JWT"}},
        {"header": {"typ": None}},
        {"key": ECKey.generate_key("P-256")},
        {"header": {"alg": "RS256"}, "key": RSAKey.generate_key(2048)},
        {"header": {"alg": "HS256"}, "key": OctKey.generate_key(256)},
        {"aud": "https://elsewhere.example.com"},
        {"aud": [AUDIENCE]},
        {"iss": "https://elsewhere.example.com/harbour"},
        {"iss": f"{AUDIENCE}/harbour/more"},
        {"iss": AUDIENCE},
        {"iss": f"{AUDIENCE}/harbour\n"},
        {"iss": None},
        {"exp": int(time.time()) - 1},
        {"exp": True},
        {"exp": "4102444800"},
        {"exp": 4102444800.5},
        {"exp": None},
        {"iat": None},
        {"jti": None},
        {"scope": ["contacts:read"]},
        {"account": 7},
        {"client_id": None},
        {"sub": "someone"},  # neither the program itself nor a person with a session
        {"sid": "5" * 32},
        {"family": "f" * 32},
        {"sid": 5, "family": "f" * 32},
    ],
)
def test_other_tokens_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(TokenInvalid):
        verifier().verify(MINT.sign(**change))


def test_a_public_key_is_not_taken_for_a_secret() -> None:
    """Key confusion: an HMAC over the public key, which everybody knows."""
    header = b64(json.dumps({"alg": "HS256", "kid": MINT.key_id, "typ": "at+jwt"}).encode())
    signed = f"{header}.{MINT.sign().split('.')[1]}"
    published = json.dumps(MINT.public_jwk).encode()
    for public in (MINT.key.as_pem(private=False), MINT.key.as_der(private=False), published):
        signature = hmac.new(public, signed.encode(), hashlib.sha256).digest()
        with pytest.raises(TokenInvalid):
            verifier().verify(f"{signed}.{b64(signature)}")


@pytest.mark.parametrize("name", ["none", "None", "NONE", "nOnE"])
def test_unsigned_tokens_are_refused_before_a_key_is_looked_for(name: str) -> None:
    ring = Ring(MINT)
    header = json.dumps({"alg": name, "kid": MINT.key_id, "typ": "at+jwt"}).encode()
    for signature in ("", MINT.sign().split(".")[2]):
        with pytest.raises(TokenInvalid):
            verifier(keys=ring).verify(unsigned(header, signature=signature))
    assert ring.asked == []


@pytest.mark.parametrize(
    "extra", [{"crit": ["exp"]}, {"crit": ["b64"], "b64": False}, {"jwk": MINT.public_jwk, "kid": None}, {"kid": 7}]
)
def test_headers_that_change_the_rules_are_refused(extra: dict[str, Any]) -> None:
    header = {"alg": "ES256", "kid": MINT.key_id, "typ": "at+jwt", **extra}
    with pytest.raises(TokenInvalid):
        verifier().verify(unsigned(json.dumps(header).encode(), signature=MINT.sign().split(".")[2]))


@pytest.mark.parametrize(
    "plain",
    [
        "", ".", "..", "...", "a.b.c", "a.b.c.d.e", "é.e.e", "\0", " ", "x" * 9000,
        unsigned(b"[]"), unsigned(b"7"), unsigned(b"\xff\xfe"), unsigned(b"{" * 3000), unsigned(b"[" * 3000),
    ],
)  # fmt: skip
def test_what_is_no_token_at_all(plain: str) -> None:
    with pytest.raises(TokenInvalid):
        verifier().verify(plain)


def test_a_signed_token_of_too_many_characters_is_refused_unread() -> None:
    ring = Ring(MINT)
    with pytest.raises(TokenInvalid):
        verifier(keys=ring).verify(MINT.sign(more="x" * 8192))
    assert ring.asked == []


@given(st.text(max_size=400) | st.binary(max_size=300).map(lambda data: f"{b64(data)}.{b64(data)}.{b64(data)}"))
def test_no_text_breaks_the_parser(plain: str) -> None:
    with pytest.raises(TokenInvalid):
        verifier().verify(plain)


@given(st.integers(0, 2**32), st.integers(1, 255))
def test_no_changed_byte_goes_unnoticed(where: int, by: int) -> None:
    data = [bytearray(base64.urlsafe_b64decode(part + "==")) for part in MINT.sign().split(".")]
    flat = [(part, at) for part in data for at in range(len(part))]
    part, at = flat[where % len(flat)]
    part[at] ^= by
    with pytest.raises(TokenInvalid):
        verifier().verify(".".join(b64(bytes(part)) for part in data))


def test_the_last_second_of_a_token_and_the_leeway() -> None:
    plain = MINT.sign(iat=1000, exp=1600)
    assert verifier(now=lambda: 1599.9).verify(plain).expires_at == 1600
    with pytest.raises(TokenInvalid):
        verifier(now=lambda: 1600.0).verify(plain)
    assert verifier(now=lambda: 1609.9, leeway=10).verify(plain)
    with pytest.raises(TokenInvalid):
        verifier(now=lambda: 1610.0, leeway=10).verify(plain)


def test_revoked_tokens_are_refused_and_nobody_is_asked_about_bad_ones() -> None:
    revoked = Word(is_active=False)
    with pytest.raises(TokenInvalid):
        verifier(revocations=revoked).verify(MINT.sign())
    assert [token.token_id for token in revoked.asked] == ["j" * 32]
    unasked = Word()
    for bad in (MINT.sign(aud="https://elsewhere.example.com"), MINT.sign(exp=1), MINT.sign(key=Mint().key)):
        with pytest.raises(TokenInvalid):
            verifier(revocations=unasked).verify(bad)
    assert unasked.asked == []


def test_who_cannot_be_asked_lets_nobody_in() -> None:
    with pytest.raises(SourceUnavailable):
        verifier(revocations=Word(None)).verify(MINT.sign())


@pytest.mark.parametrize(
    ("template", "good", "bad"),
    [
        ("https://id.example.com/{account}", ["https://id.example.com/acme"],
         ["https://id.example.com/", "https://id.example.com/a/b", "http://id.example.com/acme",
          "https://idxexample.com/acme", "https://id.example.com/acme?x", "https://id.example.com/../x"]),
        ("https://{account}.id.example.com", ["https://acme.id.example.com", "https://a-1.id.example.com"],
         ["https://id.example.com", "https://a.b.id.example.com", "https://evil.example.com/.id.example.com",
          "https://acme.id.example.com.evil.example", "https://acme.id.example.com:444"]),
        ("https://id.example.com/acme", ["https://id.example.com/acme"], ["https://id.example.com/other"]),
    ],
)  # fmt: skip
def test_issuers_of_both_styles(template: str, good: list[str], bad: list[str]) -> None:
    issuers = Issuers(template)
    assert [one for one in good if one not in issuers] == []
    assert [one for one in bad if one in issuers] == []
    assert None not in issuers


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic YTpi", "Token x", "bearerx y"])
def test_no_token_is_a_challenge_without_an_error(header: str | None) -> None:
    with pytest.raises(TokenMissing) as refusal:
        verifier().authenticate(header)
    assert (refusal.value.status, refusal.value.headers["WWW-Authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize("word", ["Bearer", "bearer", "BEARER"])
def test_the_scheme_is_read_in_any_case(word: str) -> None:
    assert verifier().authenticate(f"{word}  {MINT.sign()} ").account_id == ACCOUNT_ID


def test_refusals_say_what_rfc_6750_wants() -> None:
    refusals: list[tuple[TokenError, int, str]] = [
        (TokenInvalid(), 401, 'Bearer error="invalid_token", error_description="'),
        (ScopeMissing("contacts:write"), 403, 'Bearer error="insufficient_scope", error_description="'),
    ]
    for refusal, status, begins in refusals:
        assert (refusal.status, refusal.headers["Cache-Control"]) == (status, "no-store")
        assert refusal.headers["WWW-Authenticate"].startswith(begins)
        assert refusal.body["error"] == refusal.code
    assert refusals[1][0].headers["WWW-Authenticate"].endswith('", scope="contacts:write"')
    assert "WWW-Authenticate" not in SourceUnavailable().headers
    assert (SourceUnavailable.status, SourceUnavailable().headers["Retry-After"]) == (503, "5")


def test_the_library_loads_nothing_of_the_house() -> None:
    code = (
        "import sys, fondaco.resource_server;"
        " print(sorted(name for name in sys.modules if name.split('.')[0] in"
        " ('django', 'psycopg', 'authlib', 'flask', 'pydantic') or (name.startswith('fondaco.') and"
        " not name.startswith('fondaco.resource_server'))))"
    )
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert said == "[]\n"
