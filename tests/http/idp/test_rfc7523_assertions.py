"""Assertions that prove nothing, row by row of RFC 7523 §3 and RFC 8725; the plain rows are in test_idp_assertion."""

from __future__ import annotations

import base64
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from joserfc import jws
from joserfc.jwk import ECKey
from tests.factories.accounts import SYSTEM, make_account
from tests.factories.identity import Program, make_program
from tests.http.idp.wire import Wire

from fondaco.audit.status import transition
from fondaco.identity.models import CredentialSet, SpentAssertion
from fondaco.identity.states import CredentialStatus
from fondaco.kit import clock

pytestmark = pytest.mark.django_db
ROOT = "http://127.0.0.1:8000"


@pytest.fixture
def wire(client: Client) -> Wire:
    return Wire(make_program(), client)


def check_refused(wire: Wire, assertion: str, **form: Any) -> dict[str, Any]:
    """401 ``invalid_client`` in the protocol's shape, and the assertion is not remembered."""
    spent = SpentAssertion.objects.count()
    status, body = wire.assert_with(assertion, **form)
    assert (status, body["error"]) == (401, "invalid_client")
    assert set(body) == {"error", "error_description"}
    assert SpentAssertion.objects.count() == spent
    return body


def part(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def parts(assertion: str) -> tuple[dict[str, Any], dict[str, Any], str]:
    head, claims, signature = assertion.split(".")
    return (
        json.loads(base64.urlsafe_b64decode(head + "==")),
        json.loads(base64.urlsafe_b64decode(claims + "==")),
        signature,
    )


def signed(program: Program, payload: str, **header: Any) -> str:
    """Anything at all under the program's good signature."""
    head = {"alg": "ES256", "kid": program.issued.key_id, **header}
    return jws.serialize_compact(head, payload.encode(), program.key(), algorithms=["ES256"])


# RFC 7523 §3 ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "audience",
    [
        "{issuer}/oauth/authorize",
        "{issuer}/oauth/token/extra",
        "{issuer}/oauth/token//",
        "{issuer}/oauth/token?x=y",
        "{issuer}/oauth/token#x",
        "{issuer}",
        "https://127.0.0.1:8000/{name}/oauth/token",
        "HTTP://127.0.0.1:8000/{name}/OAUTH/token",
        ["{issuer}/oauth/authorize", "https://elsewhere.example/oauth/token"],
        ["{issuer}/oauth/token", "{issuer}/oauth/token"][:0],
        [["{issuer}/oauth/token"]],
        {"url": "{issuer}/oauth/token"},
        7,
        True,
    ],
)
def test_section_3_3_the_audience_is_the_token_url_of_this_account(wire: Wire, audience: Any) -> None:
    name = wire.program.account.name
    filled = json.loads(json.dumps(audience).replace("{issuer}", f"{ROOT}/{name}").replace("{name}", name))
    assert "aud" in check_refused(wire, wire.program.assertion(aud=filled))["error_description"]


def test_section_3_3_the_token_url_of_another_account_is_another_audience(wire: Wire) -> None:
    other = make_account()
    check_refused(wire, wire.program.assertion(aud=f"{ROOT}/{other.name}/oauth/token"))
    wire.path = f"/{other.name}/oauth/token"
    check_refused(wire, wire.program.assertion(aud=f"{ROOT}/{other.name}/oauth/token"))


@pytest.mark.parametrize(
    ("sub", "iss"), [(None, "own"), ("own", None), ("", "own"), ("other", "own"), ("own", "other")]
)
def test_section_3_1_and_3_2_issuer_and_subject_are_the_client(wire: Wire, sub: str | None, iss: str | None) -> None:
    names = {"own": wire.program.issued.client_id, "other": make_program(wire.program.account).issued.client_id}
    claims = {"sub": names.get(sub or "", sub), "iss": names.get(iss or "", iss)}
    check_refused(wire, wire.program.assertion(**claims))


@pytest.mark.parametrize(
    ("times", "is_good"),
    [
        ({"iat": -300, "exp": -59}, True),
        ({"iat": -300, "exp": -60}, False),
        ({"iat": 60, "exp": 300}, True),
        ({"iat": 61, "exp": 300}, False),
        ({"iat": 0, "nbf": 60, "exp": 300}, True),
        ({"iat": 0, "nbf": 61, "exp": 300}, False),
        ({"iat": 0, "exp": 600}, True),
        ({"iat": 0, "exp": 601}, False),
        ({"iat": None, "exp": 660}, True),
        ({"iat": None, "exp": 661}, False),
    ],
)
def test_section_3_4_to_3_6_clocks_may_differ_by_a_minute_and_lives_are_ten(
    wire: Wire, times: dict[str, int | None], is_good: bool
) -> None:
    with clock.freeze(clock.now().replace(microsecond=0)) as moment:
        now = int(moment.timestamp())
        claims = {name: None if offset is None else now + offset for name, offset in times.items()}
        assertion = wire.program.assertion(**claims)
        if is_good:
            assert wire.assert_with(assertion)[0] == 200
        else:
            check_refused(wire, assertion)


@pytest.mark.parametrize("value", ["", None, 1e400, float("nan"), -1, "9999999999", [1], {"a": 1}, True, 10**30])
def test_section_3_4_an_end_that_is_no_time(wire: Wire, value: Any) -> None:
    check_refused(wire, wire.program.assertion(exp=value))


def test_section_3_7_a_jti_is_good_once_until_nobody_would_take_it_anyway(wire: Wire) -> None:
    with clock.freeze():
        assertion = wire.program.assertion()
        assert wire.assert_with(assertion)[0] == 200
        for seconds in (1, 359):
            with clock.travel(timedelta(seconds=seconds)):
                assert check_refused(wire, assertion)["error_description"] == "The assertion was used before."
        with clock.travel(timedelta(seconds=360)):
            assert check_refused(wire, assertion)["error_description"] == "The assertion has expired."


def test_section_3_7_it_is_spent_at_every_endpoint_and_by_every_grant(wire: Wire) -> None:
    assertion = wire.program.assertion(jti="one")
    wire.assert_with(assertion, grant_type="refresh_token", refresh_token="x")
    check_refused(wire, assertion)
    check_refused(wire, wire.program.assertion(jti="one", exp=int(clock.now().timestamp()) + 200))
    wire.path = wire.path.replace("/token", "/revoke")
    check_refused(wire, assertion, token="x")


@pytest.mark.parametrize("jti", ["ünï😀", "\r\n\0", "x" * 255])
def test_section_3_7_any_text_may_be_a_jti(wire: Wire, jti: str) -> None:
    assertion = wire.program.assertion(jti=jti)
    assert wire.assert_with(assertion)[0] == 200
    check_refused(wire, assertion)


def test_section_4_2_a_client_id_beside_it_must_agree(wire: Wire) -> None:
    assert wire.assert_with(wire.program.assertion(), client_id=wire.program.issued.client_id)[0] == 200
    status, body = wire.assert_with(wire.program.assertion(), client_id="0" * 32)
    assert (status, body["error"]) == (401, "invalid_client")


def test_section_4_2_a_secret_beside_it_is_one_proof_too_many(wire: Wire) -> None:
    status, body = wire.assert_with(wire.program.assertion(), client_secret=wire.program.issued.client_secret)
    assert (status, body["error"]) == (400, "invalid_request")
    assert not SpentAssertion.objects.exists()


# RFC 8725: what is done to algorithms, keys and forms -----------------------------------------------------------------


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", "", None, 7, ["ES256"]])
@pytest.mark.parametrize("signature", ["", "kept"])
def test_rfc8725_section_3_1_no_signature_is_no_proof(wire: Wire, algorithm: Any, signature: str) -> None:
    header, claims, good = parts(wire.program.assertion())
    unsigned = f"{part({**header, 'alg': algorithm})}.{part(claims)}.{good if signature else ''}"
    check_refused(wire, unsigned)


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_rfc8725_section_3_1_nothing_of_ours_is_a_shared_secret(wire: Wire, algorithm: str) -> None:
    """Neither the public key in any of its forms nor the client secret: assertions are never checked by HMAC."""
    issued = wire.program.issued
    der = base64.b64decode(issued.public_key)
    public = serialization.load_der_public_key(der)
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    header, claims, _signature = parts(wire.program.assertion())
    signed_part = f"{part({**header, 'alg': algorithm})}.{part(claims)}"
    for secret in (der, pem, pem.strip(), issued.public_key.encode(), issued.client_secret.encode(), b""):
        signature = hmac.digest(secret, signed_part.encode(), f"sha{algorithm[2:]}")
        check_refused(wire, f"{signed_part}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}")


@pytest.mark.parametrize("curve", ["P-256", "P-384", "P-521"])
def test_rfc8725_section_3_1_a_key_of_another_s_making(wire: Wire, curve: str) -> None:
    algorithm = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}[curve]
    check_refused(wire, wire.program.assertion(header={"alg": algorithm}, key=ECKey.generate_key(curve)))


def test_rfc8725_section_3_10_a_key_that_the_assertion_brings_along_is_not_used(wire: Wire) -> None:
    stranger = ECKey.generate_key("P-256")
    for extra in (
        {"jwk": stranger.as_dict(private=False)},
        {"jku": "https://evil.example/jwks"},
        {"x5u": "https://evil.example/x"},
    ):
        header = {"alg": "ES256", "kid": wire.program.issued.key_id, **extra}
        _header, claims, _signature = parts(wire.program.assertion())
        forged = jws.serialize_compact(header, json.dumps(claims).encode(), stranger, algorithms=["ES256"])
        check_refused(wire, forged)


@pytest.mark.parametrize(
    "header",
    [
        {"crit": ["exp"], "exp": 9},
        {"crit": ["b64"], "b64": False},
        {"crit": []},
        {"crit": "b64"},
        {"crit": None},
        {"b64": False},
    ],
)
def test_rfc7515_section_4_1_11_extensions_that_must_be_understood(wire: Wire, header: dict[str, Any]) -> None:
    good_header, claims, signature = parts(wire.program.assertion())
    check_refused(wire, f"{part({**good_header, **header})}.{part(claims)}.{signature}")


@pytest.mark.parametrize(
    "payload",
    [
        "", "[]", '"text"', "7", "null", "{", "{}", "\ufeff{}", "[" * 3000, '{"a":' * 1500, '{"exp": 1e999}',
        '{"exp": ' + "9" * 5000 + "}", '{"sub": "\\ud800"}',
    ],
)  # fmt: skip
def test_claims_that_are_none_under_a_good_signature(wire: Wire, payload: str) -> None:
    check_refused(wire, signed(wire.program, payload))


@pytest.mark.parametrize(
    "head", ["", "[]", '"alg"', '["alg"]', "7", "null", "{", "[" * 3000, '{"alg":' * 900, '{"alg":"ES256"}']
)
def test_headers_that_are_none(wire: Wire, head: str) -> None:
    _header, claims, signature = parts(wire.program.assertion())
    check_refused(wire, f"{part(head)}.{part(claims)}.{signature}")


def test_claims_said_twice_are_read_once_and_the_same_way_everywhere(wire: Wire) -> None:
    """The last one counts, both where the key is looked up and where the claims are checked."""
    own = wire.program.issued.client_id
    _header, claims, _signature = parts(wire.program.assertion())
    text = json.dumps(claims)
    check_refused(wire, signed(wire.program, text[:-1] + f', "sub": "{"0" * 32}"}}'))
    first = f'{{"sub": "{"0" * 32}", ' + text[1:]
    assert json.loads(first)["sub"] == own
    assert wire.assert_with(signed(wire.program, first))[0] == 200


@pytest.mark.parametrize("length", [8192, 8193, 1_000_000])
def test_an_oversized_assertion_is_not_even_read(wire: Wire, length: int) -> None:
    good = wire.program.assertion(padding="")
    padded = wire.program.assertion(padding="x" * ((length - len(good)) * 3 // 4))
    if length <= 8192:
        assert len(padded) <= length
        assert wire.assert_with(padded)[0] == 200
    else:
        check_refused(wire, padded + "x" * max(0, length - len(padded)))


@pytest.mark.parametrize(
    "change", ["{0}.{1}.{2}=", "{0}.{1}.{2}.", ".{0}.{1}.{2}", "{0}.{1}.{2}.{2}", " {0}.{1}.{2}", "{0}.{1}.{2}\n"]
)
def test_a_good_assertion_in_a_form_that_is_not_quite_right(wire: Wire, change: str) -> None:
    check_refused(wire, change.format(*wire.program.assertion().split(".")))


# Whose credentials they are -------------------------------------------------------------------------------------------


def test_a_client_without_a_key_pair_proves_nothing_by_a_signature(wire: Wire) -> None:
    CredentialSet.objects.update(public_key="")
    check_refused(wire, wire.program.assertion())
    assert wire.basic()[0] == 200


def test_a_revoked_set_and_one_past_its_overlap(wire: Wire) -> None:
    row = wire.program.issued.set
    row.expires_at = clock.now() + timedelta(minutes=1)
    row.save(update_fields=["expires_at"])
    assert wire.assert_with(wire.program.assertion())[0] == 200
    with clock.travel(timedelta(minutes=1)):
        check_refused(wire, wire.program.assertion())
    transition(row, CredentialStatus.REVOKED, actor=SYSTEM)
    check_refused(wire, wire.program.assertion())


def test_the_public_key_in_the_database_is_the_one_that_counts(wire: Wire) -> None:
    """A key of another curve under this set's name does not make the algorithm fit."""
    other = ec.generate_private_key(ec.SECP384R1()).public_key()
    der = other.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    CredentialSet.objects.update(public_key=base64.b64encode(der).decode())
    check_refused(wire, wire.program.assertion())
