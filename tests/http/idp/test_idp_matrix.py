"""Every grant with every client authentication: what is allowed works, in each algorithm, and answers exactly."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from django.test import Client
from tests.factories.accounts import make_user
from tests.factories.identity import ASSERTION_TYPE, CALLBACK, SCOPES, Program, make_program, make_public_program
from tests.http.idp.browser import Browser
from tests.http.idp.pkce import VERIFIER, WITH_CHALLENGE
from tests.http.idp.wire import Wire

from fondaco.identity.key_pairs import ALGORITHMS
from fondaco.identity.models import LoginSession
from fondaco.identity.protocol.client_authentication import METHODS
from fondaco.identity.protocol.token_endpoint import GRANTS
from fondaco.identity.tokens import verify_access_token

pytestmark = pytest.mark.django_db
WAYS = [*((method, "ES256") for method in METHODS if method != "private_key_jwt")]
WAYS += [("private_key_jwt", algorithm) for algorithm in ALGORITHMS]
FIELDS = {
    "client_credentials": {"access_token", "token_type", "expires_in", "scope"},
    "authorization_code": {
        "access_token", "token_type", "expires_in", "scope", "sid", "refresh_token", "id_token",
    },
    "refresh_token": {"access_token", "token_type", "expires_in", "scope", "sid", "refresh_token"},
}  # fmt: skip


def proof(program: Program, method: str) -> tuple[dict[str, str], str]:
    """Form fields and Authorization header with which the program proves itself."""
    issued = program.issued
    match method:
        case "client_secret_basic":
            return {}, program.basic()
        case "client_secret_post":
            return {"client_id": issued.client_id, "client_secret": issued.client_secret}, ""
        case "private_key_jwt":
            return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": program.assertion()}, ""
    return {"client_id": issued.client_id}, ""


def ask(wire: Wire, method: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
    fields, authorization = proof(wire.program, method)
    return wire.post({**form, **fields}, authorization=authorization)


@pytest.mark.parametrize(("grant", "way"), list(product(GRANTS, WAYS)), ids=str)
def test_each_grant_with_each_proof(client: Client, grant: str, way: tuple[str, str]) -> None:
    method, algorithm = way
    program = make_public_program() if method == "none" else make_program(algorithm=algorithm)
    browser = Browser(program, make_user(program.account), client)
    wire = Wire(program, Client())
    form = {"grant_type": grant}
    if grant != "client_credentials":
        browser.sign_in()
        form |= {"code": browser.code(**WITH_CHALLENGE), "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    if grant == "refresh_token":
        _status, first = ask(wire, method, {**form, "grant_type": "authorization_code"})
        form = {"grant_type": grant, "refresh_token": first["refresh_token"]}
    status, body = ask(wire, method, form)
    assert wire.headers["Cache-Control"] == "no-store"
    assert wire.headers["Pragma"] == "no-cache"
    if (grant, method) == ("client_credentials", "none"):
        assert (status, body) == (
            400,
            {
                "error": "unauthorized_client",
                "error_description": "The client is not authorized to use 'grant_type=client_credentials'",
            },
        )
        return
    assert status == 200
    assert set(body) == FIELDS[grant]
    assert (body["token_type"], body["expires_in"], body["scope"]) == ("Bearer", 600, " ".join(SCOPES))
    if "sid" in body:
        assert body["sid"] == LoginSession.objects.get().pk.hex
    token = verify_access_token(body["access_token"])
    assert (token.client, token.user) == (program.client, None if grant == "client_credentials" else browser.user)


def test_an_algorithm_is_fixed_by_the_credentials(client: Client) -> None:
    """A key of the right kind under another algorithm's name proves nothing (RFC 8725 §3.1)."""
    wire = Wire(make_program(algorithm="PS256"), client)
    for other in ("PS384", "RS256"):
        status, body = wire.assert_with(wire.program.assertion(header={"alg": other}))
        assert (status, body["error"]) == (401, "invalid_client")
