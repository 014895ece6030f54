"""What an issuer publishes, in both styles of address."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django.fixtures import Settings
from tests.factories.accounts import make_account
from tests.factories.identity import make_program
from tests.http.idp import host_style  # at once: the house's own addresses are of the style at their import

from fondaco.catalog.scopes import SCOPES

pytestmark = pytest.mark.django_db
PROOFS = ["client_secret_basic", "client_secret_post", "private_key_jwt"]
ALGORITHMS = ["ES256", "ES384", "ES512", "PS256", "PS384", "PS512"]


def test_the_metadata_of_an_issuer(client: Client) -> None:
    make_account("acme")
    answer = client.get("/acme/.well-known/openid-configuration")
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "public, max-age=300"
    assert answer["Access-Control-Allow-Origin"] == "*"
    root = "http://127.0.0.1:8000"
    assert answer.json() == {
        "issuer": f"{root}/acme",
        "authorization_endpoint": f"{root}/acme/oauth/authorize",
        "token_endpoint": f"{root}/acme/oauth/token",
        "revocation_endpoint": f"{root}/acme/oauth/revoke",
        "introspection_endpoint": f"{root}/acme/oauth/introspect",
        "userinfo_endpoint": f"{root}/users/me",
        "jwks_uri": f"{root}/acme/.well-known/jwks.json",
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["client_credentials", "authorization_code", "refresh_token"],
        "scopes_supported": list(SCOPES),
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256", "RS256"],
        "token_endpoint_auth_methods_supported": [*PROOFS, "none"],
        "token_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
        "revocation_endpoint_auth_methods_supported": [*PROOFS, "none"],
        "revocation_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
        "introspection_endpoint_auth_methods_supported": PROOFS,
        "introspection_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
        "authorization_response_iss_parameter_supported": True,
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": ["none", "login"],
        "claims_supported": [
            "iss",
            "sub",
            "aud",
            "exp",
            "iat",
            "auth_time",
            "at_hash",
            "nonce",
            "sid",
            "name",
            "email",
        ],
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
    }


def test_a_client_of_plain_oauth_finds_the_same_where_rfc_8414_looks(client: Client) -> None:
    make_account("acme")
    answer = client.get("/.well-known/oauth-authorization-server/acme")
    assert answer.status_code == 200
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer.json() == client.get("/acme/.well-known/openid-configuration").json()
    assert client.get("/.well-known/oauth-authorization-server/nobody").status_code == 404


def test_the_key_set_holds_public_keys_only(client: Client) -> None:
    program = make_program()
    name = program.account.name
    client.post(
        f"/{name}/oauth/token",
        "grant_type=client_credentials",
        content_type="application/x-www-form-urlencoded",
        headers={"Authorization": program.basic()},
    )
    (key,) = client.get(f"/{name}/.well-known/jwks.json").json()["keys"]
    assert set(key) == {"kty", "crv", "x", "y", "kid", "use", "alg"}
    assert (key["kty"], key["crv"], key["use"], key["alg"]) == ("EC", "P-256", "sig", "ES256")


def test_an_issuer_that_is_not_there(client: Client) -> None:
    assert client.get("/nobody/.well-known/openid-configuration").status_code == 404
    assert client.get("/nobody/.well-known/jwks.json").status_code == 404


@pytest.mark.urls(host_style.__name__)
def test_host_style_finds_the_account_by_the_host(client: Client, settings: Settings) -> None:
    settings.IDENTITY_STYLE, settings.IDENTITY_URL = "host", "https://id.example.org"
    settings.ALLOWED_HOSTS = [".id.example.org"]
    program = make_program(make_account("acme"))
    found = client.get("/.well-known/openid-configuration", headers={"Host": "acme.id.example.org"}).json()
    assert found["issuer"] == "https://acme.id.example.org"
    assert found["token_endpoint"] == "https://acme.id.example.org/oauth/token"
    for host, status in (("acme.id.example.org", 200), ("other.id.example.org", 404), ("id.example.org", 404)):
        answer = client.post(
            "/oauth/token",
            "grant_type=client_credentials",
            content_type="application/x-www-form-urlencoded",
            headers={"Host": host, "Authorization": program.basic()},
        )
        assert answer.status_code == status
