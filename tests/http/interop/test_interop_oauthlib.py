"""oauthlib's clients, by way of requests-oauthlib, against the served house."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import requests
from oauthlib.oauth2 import BackendApplicationClient, InvalidGrantError, InvalidScopeError, WebApplicationClient
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session
from tests.factories.identity import ASSERTION_TYPE, CALLBACK, Program, make_program, make_public_program
from tests.http.interop.conftest import Issuer
from tests.http.interop.id_tokens import check_id_token
from tests.http.interop.person import PATIENCE, Person

pytestmark = pytest.mark.django_db(transaction=True)
WAYS = ["client_secret_basic", "client_secret_post", "private_key_jwt"]


def proof(program: Program, way: str) -> dict[str, Any]:
    """What is given to the library so that the program proves itself."""
    issued = program.issued
    match way:
        case "client_secret_basic":
            return {"auth": HTTPBasicAuth(issued.client_id, issued.client_secret)}
        case "client_secret_post":
            return {"include_client_id": True, "client_secret": issued.client_secret}
        case "private_key_jwt":
            signed = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": program.assertion()}
            return {"include_client_id": True, **signed}
    return {"include_client_id": True}


def fields(program: Program, way: str) -> dict[str, Any]:
    """The same as fields of a form, for what takes no more than those."""
    found = {**proof(program, way), "client_id": program.issued.client_id}
    return {name: value for name, value in found.items() if name not in {"auth", "include_client_id"}}


def discover(issuer: Issuer) -> dict[str, Any]:
    return dict(httpx.get(issuer.metadata_url, timeout=PATIENCE).json())


@pytest.mark.parametrize("way", WAYS)
def test_client_credentials(issuer: Issuer, program: Program, way: str) -> None:
    found = discover(issuer)
    with OAuth2Session(client=BackendApplicationClient(program.issued.client_id)) as session:
        token = session.fetch_token(found["token_endpoint"], **proof(program, way))
        assert (token["token_type"], token["expires_in"]) == ("Bearer", 600)
        answer = session.get(f"{issuer.url.removesuffix('/acme')}/account")
        assert (answer.status_code, answer.json()["name"]) == (200, "acme")


@pytest.mark.parametrize("way", [*WAYS, "none"])
def test_a_person_signs_in(issuer: Issuer, person: Person, way: str) -> None:
    program = make_public_program(issuer.account) if way == "none" else make_program(issuer.account)
    found = discover(issuer)
    with OAuth2Session(
        program.issued.client_id, redirect_uri=CALLBACK, scope=["openid", "refresh_token"], pkce="S256"
    ) as session:
        address, _state = session.authorization_url(found["authorization_endpoint"], nonce="n-1")
        back = person.go(address, to=CALLBACK)
        token = dict(session.fetch_token(found["token_endpoint"], authorization_response=back, **proof(program, way)))
        claims = check_id_token(
            issuer.metadata_url, token["id_token"], audience=program.issued.client_id, nonce="n-1",
            access_token=token["access_token"],
        )  # fmt: skip
        me = session.get(found["userinfo_endpoint"]).json()
        assert (me["sub"], claims["sub"], token["sid"]) == (person.user.pk, person.user.pk, claims["sid"])
        renew = proof(program, way) if way == "client_secret_basic" else fields(program, way)
        renewed = dict(session.refresh_token(found["token_endpoint"], **renew))
        assert renewed["refresh_token"] != token["refresh_token"]
        assert session.get(found["userinfo_endpoint"]).status_code == 200
        url, headers, body = WebApplicationClient(program.issued.client_id).prepare_token_revocation_request(
            found["revocation_endpoint"], renewed["refresh_token"], "refresh_token", **_revoking(program, way)
        )
        answer = requests.post(url, body, headers=headers, auth=proof(program, way).get("auth"), timeout=PATIENCE)
        assert (answer.status_code, answer.json()) == (200, {})
        assert (
            requests.get(
                found["userinfo_endpoint"],
                headers={"Authorization": f"Bearer {renewed['access_token']}"},
                timeout=PATIENCE,
            ).status_code
            == 401
        )
        with pytest.raises(InvalidGrantError):
            session.refresh_token(
                found["token_endpoint"], refresh_token=renewed["refresh_token"],
                **(proof(program, way) if way == "client_secret_basic" else fields(program, way)),
            )  # fmt: skip


def _revoking(program: Program, way: str) -> dict[str, Any]:
    return {} if way == "client_secret_basic" else fields(program, way)


def test_what_the_library_does_with_our_errors(issuer: Issuer, program: Program, person: Person) -> None:
    found = discover(issuer)
    with OAuth2Session(program.issued.client_id, redirect_uri=CALLBACK, scope=["nonsense"]) as session:
        address, _state = session.authorization_url(found["authorization_endpoint"])
        back = person.go(address, to=CALLBACK)
        with pytest.raises(InvalidScopeError):
            session.fetch_token(
                found["token_endpoint"], authorization_response=back, **proof(program, "client_secret_basic")
            )
