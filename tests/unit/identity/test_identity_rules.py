"""Addresses of issuers, redirect addresses and key pairs."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives import serialization
from pytest_django.fixtures import Settings

from fondaco.accounts.models import Account
from fondaco.identity import client_fields, issuer, key_pairs, policies
from fondaco.identity.client_fields import ClientFields
from fondaco.identity.errors import AlgorithmUnknown, RedirectNotAllowed, UnknownScope
from fondaco.kit.errors import Invalid

ACME = Account(name="acme")


def test_the_issuer_in_path_style(settings: Settings) -> None:
    settings.IDENTITY_STYLE, settings.IDENTITY_URL = "path", "https://id.example.org"
    assert issuer.issuer(ACME) == "https://id.example.org/acme"
    assert issuer.authorize_url(ACME) == "https://id.example.org/acme/oauth/authorize"
    assert issuer.token_url(ACME) == "https://id.example.org/acme/oauth/token"
    assert issuer.jwks_url(ACME) == "https://id.example.org/acme/.well-known/jwks.json"


def test_the_issuer_in_host_style(settings: Settings) -> None:
    settings.IDENTITY_STYLE, settings.IDENTITY_URL = "host", "https://id.example.org:8443"
    assert issuer.issuer(ACME) == "https://acme.id.example.org:8443"
    assert issuer.token_url(ACME) == "https://acme.id.example.org:8443/oauth/token"
    assert issuer.account_name_of_host("ACME.id.example.org:8443") == "acme"


@pytest.mark.parametrize("host", ["id.example.org", "a.b.id.example.org", "acmeid.example.org", "evil.example", ""])
def test_other_hosts_name_no_account(settings: Settings, host: str) -> None:
    settings.IDENTITY_STYLE, settings.IDENTITY_URL = "host", "https://id.example.org"
    assert issuer.account_name_of_host(host) == ""


def test_the_house_itself_is_no_account(settings: Settings) -> None:
    settings.IDENTITY_STYLE, settings.IDENTITY_URL = "host", "https://example.org"
    settings.SITE_URL, settings.API_ROOT = "https://apps.example.org", "https://api.example.org"
    found = [issuer.account_name_of_host(f"{name}.example.org") for name in ("apps", "api", "acme")]
    assert found == ["", "", "acme"]


@pytest.mark.parametrize(
    ("style", "identity", "site", "expected"),
    [
        ("path", "https://apps.example.org", "https://apps.example.org", "https://apps.example.org/acme"),
        ("path", "https://apps.example.org/id", "https://apps.example.org:443", "https://apps.example.org/id/acme"),
        ("path", "https://id.example.org", "https://apps.example.org", "https://apps.example.org/acme"),
        ("host", "https://id.example.org", "https://apps.example.org", "https://apps.example.org/acme"),
        ("host", "http://id.localhost:8000", "http://apps.localhost:8000", "http://apps.localhost:8000/acme"),
        ("host", "https://example.org", "https://example.org", "https://example.org/acme"),
    ],
)
def test_people_sign_in_at_the_site(settings: Settings, style: str, identity: str, site: str, expected: str) -> None:
    settings.IDENTITY_STYLE, settings.IDENTITY_URL, settings.SITE_URL = style, identity, site
    assert issuer.sign_in_url(ACME) == f"{expected}/oauth/authorize"


@pytest.mark.parametrize(
    ("style", "identity", "site", "host", "expected"),
    [
        ("path", "https://apps.example.org", "https://apps.example.org", "apps.example.org", False),
        ("path", "https://apps.example.org", "https://apps.example.org:443", "apps.example.org", False),
        ("path", "https://id.example.org", "https://apps.example.org", "ID.example.org", True),
        ("path", "https://id.example.org", "https://apps.example.org", "apps.example.org", False),
        ("host", "https://id.example.org", "https://apps.example.org", "acme.id.example.org", True),
        ("host", "https://id.example.org", "https://apps.example.org", "other.id.example.org", False),
        ("host", "https://id.example.org", "https://apps.example.org", "apps.example.org", False),
        ("host", "http://id.localhost:8000", "http://apps.localhost:8000", "acme.id.localhost:8000", True),
    ],
)
def test_hosts_at_which_no_browser_is_known(
    settings: Settings, style: str, identity: str, site: str, host: str, expected: bool
) -> None:
    settings.IDENTITY_STYLE, settings.IDENTITY_URL, settings.SITE_URL = style, identity, site
    assert issuer.is_only_issuer(host, ACME) is expected


@pytest.mark.parametrize(
    "uri",
    [
        "https://app.example.org/cb",
        "https://app.example.org:8443/cb?tenant=1",
        "http://127.0.0.1:8100/cb",
        "http://localhost:8100/cb",
        "http://[::1]/cb",
    ],
)
def test_redirect_addresses_that_may_be_registered(settings: Settings, uri: str) -> None:
    settings.OUTBOUND_ALLOW_LOOPBACK = True
    policies.check_redirect_uri(uri)


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "app.example.org/cb",
        "http://app.example.org/cb",
        "http://127.0.0.1.evil.example/cb",
        "https:///cb",
        "https://app.example.org/cb#top",
        "https://app.example.org/cb#",
        "https://ada:secret@app.example.org/cb",
        "https://app.example.org/c b",
        "https://app.example.org/cb\r\nSet-Cookie: a=b",
        "https://app.example.org:port/cb",
        "https://[::1/cb",
        "javascript:alert(1)",
        "myapp://cb",
    ],
)
def test_redirect_addresses_that_are_refused(settings: Settings, uri: str) -> None:
    settings.OUTBOUND_ALLOW_LOOPBACK = True
    with pytest.raises(RedirectNotAllowed):
        policies.check_redirect_uri(uri)


def test_plain_http_is_for_development_only(settings: Settings) -> None:
    settings.OUTBOUND_ALLOW_LOOPBACK = False
    with pytest.raises(RedirectNotAllowed):
        policies.check_redirect_uri("http://127.0.0.1:8100/cb")


def test_scopes_must_be_in_the_catalogue() -> None:
    policies.check_scopes(["openid", "users:read"])
    with pytest.raises(UnknownScope, match="users:own"):
        policies.check_scopes(["openid", "users:own"])


@pytest.mark.parametrize("algorithm", key_pairs.ALGORITHMS)
def test_key_pairs_have_the_wire_s_form(algorithm: str) -> None:
    pair = key_pairs.generate(algorithm)
    private = serialization.load_der_private_key(base64.b64decode(pair.private, validate=True), None)
    public = serialization.load_der_public_key(base64.b64decode(pair.public, validate=True))
    form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    assert private.public_key().public_bytes(*form) == public.public_bytes(*form)
    assert pair.private not in repr(pair)
    assert key_pairs.import_public(pair.public).as_der() == public.public_bytes(*form)


@pytest.mark.parametrize("algorithm", ["none", "HS256", "RS256", "es256", ""])
def test_other_algorithms_are_refused(algorithm: str) -> None:
    with pytest.raises(AlgorithmUnknown):
        key_pairs.generate(algorithm)


# How ID tokens are signed ---------------------------------------------------------------------------------------------


def fields(algorithm: str | None) -> ClientFields:
    return ClientFields("Export", ("client_credentials",), ("account:read",), id_token_signed_response_alg=algorithm)


@pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
def test_a_client_says_how_its_id_tokens_are_signed(algorithm: str) -> None:
    assert client_fields.clean(fields(algorithm), is_public=False)["id_token_signed_response_alg"] == algorithm


def test_or_says_nothing_so_that_it_stays() -> None:
    assert "id_token_signed_response_alg" not in client_fields.clean(fields(None), is_public=False)


@pytest.mark.parametrize("algorithm", ["", "none", "HS256", "ES384", "PS256", "rs256", "RS256\0", "é"])
def test_no_other_algorithm_signs_id_tokens(algorithm: str) -> None:
    with pytest.raises(Invalid) as refusal:
        client_fields.clean(fields(algorithm), is_public=True)
    assert "id_token_signed_response_alg" in refusal.value.fields
