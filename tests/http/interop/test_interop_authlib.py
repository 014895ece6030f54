"""Authlib's clients, over httpx and over requests, against the served house."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from tests.factories.identity import CALLBACK, Program, make_program, make_public_program
from tests.http.interop.conftest import Issuer
from tests.http.interop.id_tokens import check_id_token
from tests.http.interop.person import PATIENCE, Person

pytestmark = pytest.mark.django_db(transaction=True)
LIBRARIES = [OAuth2Client, OAuth2Session]
WAYS = ["client_secret_basic", "client_secret_post", "private_key_jwt"]
VERIFIER = "an-app-s-own-words-which-are-long-enough-0123456789"


class FiveMinutes(PrivateKeyJWT):  # type: ignore[misc]  # Authlib has no types
    """Authlib's assertions live an hour, ours ten minutes at most."""

    def sign(self, auth: Any, token_endpoint: str) -> str:
        self.claims = {"exp": int(time.time()) + 300}
        return str(super().sign(auth, token_endpoint))


def make_client(library: Any, issuer: Issuer, program: Program, way: str, **more: Any) -> Any:
    """A client as Authlib's documentation sets it up, from discovery."""
    found = httpx.get(issuer.metadata_url, timeout=PATIENCE).json()
    secret: Any = program.issued.client_secret
    if way == "private_key_jwt":
        secret = program.key()
    client = library(
        program.issued.client_id,
        None if way == "none" else secret,
        token_endpoint_auth_method=way,
        revocation_endpoint_auth_method=way,
        redirect_uri=CALLBACK,
        **({"timeout": PATIENCE} if library is OAuth2Client else {"default_timeout": PATIENCE}),
        **more,
    )
    if way == "private_key_jwt":
        headers = {"kid": program.issued.key_id}
        alg = program.issued.key_algorithm
        client.register_client_auth_method(FiveMinutes(found["token_endpoint"], headers=headers, alg=alg))
    client.metadata.update(found)
    return client


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("way", WAYS)
def test_client_credentials(issuer: Issuer, program: Program, library: Any, way: str) -> None:
    with make_client(library, issuer, program, way) as client:
        token = client.fetch_token(client.metadata["token_endpoint"], grant_type="client_credentials")
        assert (token["token_type"], token["expires_in"]) == ("Bearer", 600)
        answer = client.get(f"{issuer.url.removesuffix('/acme')}/account")
        assert (answer.status_code, answer.json()["name"]) == (200, "acme")
        assert (
            client.revoke_token(client.metadata["revocation_endpoint"], token=token["access_token"]).status_code == 200
        )
        assert client.get(f"{issuer.url.removesuffix('/acme')}/account").status_code == 401


@pytest.mark.parametrize("algorithm", ["ES384", "ES512", "PS256", "PS384", "PS512"])
def test_the_other_algorithms(issuer: Issuer, algorithm: str) -> None:
    program = make_program(issuer.account, algorithm=algorithm)
    with make_client(OAuth2Client, issuer, program, "private_key_jwt") as client:
        token = client.fetch_token(client.metadata["token_endpoint"], grant_type="client_credentials")
        assert token["expires_in"] == 600


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("way", [*WAYS, "none"])
def test_a_person_signs_in(issuer: Issuer, person: Person, library: Any, way: str) -> None:
    program = make_public_program(issuer.account) if way == "none" else make_program(issuer.account)
    more = {"scope": "openid refresh_token", "code_challenge_method": "S256"}
    with make_client(library, issuer, program, way, **more) as client:
        metadata = client.metadata
        address, state = client.create_authorization_url(
            metadata["authorization_endpoint"], code_verifier=VERIFIER, nonce="n-1"
        )
        back = person.go(address, to=CALLBACK)
        token = client.fetch_token(
            metadata["token_endpoint"], authorization_response=back, code_verifier=VERIFIER, state=state
        )
        claims = check_id_token(
            issuer.metadata_url, token["id_token"], audience=program.issued.client_id, nonce="n-1",
            access_token=token["access_token"],
        )  # fmt: skip
        me = client.get(metadata["userinfo_endpoint"]).json()
        assert (me["sub"], me["email"]) == (claims["sub"], claims["email"])
        assert (claims["sub"], claims["sid"]) == (person.user.pk, token["sid"])
        first = dict(token)
        renewed = client.refresh_token(metadata["token_endpoint"], refresh_token=first["refresh_token"])
        assert renewed["refresh_token"] != first["refresh_token"]
        assert client.get(metadata["userinfo_endpoint"]).status_code == 200
        gone = client.revoke_token(metadata["revocation_endpoint"], token=renewed["refresh_token"])
        assert gone.status_code == 200
        assert client.get(metadata["userinfo_endpoint"]).status_code == 401
        with pytest.raises(OAuthError, match="invalid_grant"):
            client.refresh_token(metadata["token_endpoint"], refresh_token=renewed["refresh_token"])


def test_what_the_library_does_with_our_errors(issuer: Issuer, program: Program, person: Person) -> None:
    with make_client(OAuth2Client, issuer, program, "client_secret_basic", scope="nonsense") as client:
        url = client.metadata["token_endpoint"]
        with pytest.raises(OAuthError) as caught:
            client.fetch_token(url, grant_type="client_credentials")
        assert caught.value.error == "invalid_scope"
        address, state = client.create_authorization_url(client.metadata["authorization_endpoint"])
        back = person.go(address, to=CALLBACK)
        with pytest.raises(OAuthError) as caught:
            client.fetch_token(url, authorization_response=back, state=state)
        assert caught.value.error == "invalid_scope"
