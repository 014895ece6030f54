"""Authlib as an app uses it to sign people in: it reads discovery and the key set, and believes nothing else.

Without a word about algorithms it accepts those of discovery; told of one, as apps are that know theirs, only that.
"""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import flask
import httpx
import pytest
from authlib.integrations.flask_client import OAuth
from django.db import transaction
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from tests.factories.accounts import SYSTEM
from tests.factories.identity import CALLBACK, Program, make_program
from tests.http.interop.conftest import Issuer
from tests.http.interop.id_tokens import check_id_token
from tests.http.interop.person import PATIENCE, Person

from fondaco.identity.actions import choose_id_token_algorithm

pytestmark = pytest.mark.django_db(transaction=True)


def make_app(issuer: Issuer, algorithm: str) -> Program:
    program = make_program(issuer.account, redirect_uris=[CALLBACK])
    with transaction.atomic():
        choose_id_token_algorithm(actor=SYSTEM, client=program.client, algorithm=algorithm)
    return program


class App:
    """An app that signs people in as Authlib's documentation shows it."""

    def __init__(self, issuer: Issuer, program: Program, **options: Any) -> None:
        self._flask = flask.Flask("app")
        self._flask.secret_key = "an app's own"
        oauth = OAuth(self._flask)
        self.remote = oauth.register(
            "house",
            client_id=program.issued.client_id,
            client_secret=program.issued.client_secret,
            server_metadata_url=issuer.metadata_url,
            client_kwargs={"scope": "openid", "code_challenge_method": "S256", "default_timeout": PATIENCE},
            **options,
        )

    def sign_in(self, person: Person) -> dict[str, Any]:
        """The token response, with ``userinfo`` from the ID token that Authlib verified."""
        with self._flask.test_request_context("/login"):
            away = self.remote.authorize_redirect(CALLBACK)
            session = dict(flask.session)
        back = person.go(away.headers["Location"], to=CALLBACK)
        with self._flask.test_request_context("/cb", query_string=dict(parse_qsl(urlsplit(back).query))):
            flask.session.update(session)
            return dict(self.remote.authorize_access_token())


def header_of(token: str) -> dict[str, Any]:
    return dict(jws.extract_compact(token.encode()).headers())


def fetch_keys(issuer: Issuer) -> dict[str, Any]:
    found = httpx.get(issuer.metadata_url, timeout=PATIENCE).json()
    return dict(httpx.get(found["jwks_uri"], timeout=PATIENCE).json())


@pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
def test_authlib_verifies_the_id_token_by_discovery_and_key_set(issuer: Issuer, person: Person, algorithm: str) -> None:
    program = make_app(issuer, algorithm)
    answer = App(issuer, program).sign_in(person)
    assert header_of(answer["id_token"])["alg"] == algorithm
    assert header_of(answer["access_token"])["alg"] == "ES256"
    assert (answer["userinfo"]["sub"], answer["userinfo"]["sid"]) == (person.user.pk, answer["sid"])
    check_id_token(
        issuer.metadata_url, answer["id_token"], audience=program.issued.client_id,
        nonce=answer["userinfo"]["nonce"], access_token=answer["access_token"],
    )  # fmt: skip
    me = httpx.get(
        f"{issuer.url.removesuffix('/acme')}/users/me", headers={"Authorization": f"Bearer {answer['access_token']}"}
    )
    assert me.json()["sub"] == person.user.pk


def test_both_kinds_of_apps_in_one_account(issuer: Issuer, person: Person) -> None:
    """One key set serves those who chose either; neither ID token passes with the key of the other."""
    tokens = {
        algorithm: App(issuer, make_app(issuer, algorithm)).sign_in(person)["id_token"]
        for algorithm in ("ES256", "RS256")
    }
    keys = fetch_keys(issuer)
    assert [(key["kty"], key["alg"]) for key in keys["keys"]] == [("EC", "ES256"), ("RSA", "RS256")]
    by_algorithm = {key["alg"]: key["kid"] for key in keys["keys"]}
    for algorithm, token in tokens.items():
        assert header_of(token)["kid"] == by_algorithm[algorithm]
        (other,) = set(by_algorithm) - {algorithm}
        with pytest.raises(JoseError):
            jwt.decode(token, KeySet.import_key_set(keys), algorithms=[other])
        _head, claims, signature = token.split(".")
        moved = _segment({**header_of(token), "kid": by_algorithm[other]})
        with pytest.raises((JoseError, ValueError, TypeError, AttributeError)):
            jwt.decode(f"{moved}.{claims}.{signature}", KeySet.import_key_set(keys), algorithms=list(by_algorithm))


def test_an_app_that_expects_rs256_refuses_what_a_client_of_es256_gets(issuer: Issuer, person: Person) -> None:
    """What node's openid-client does unless told otherwise; the choice mends it."""
    program = make_app(issuer, "ES256")
    only = {"id_token_signing_alg_values_supported": ["RS256"]}
    app = App(issuer, program)
    app.remote.load_server_metadata()
    app.remote.server_metadata.update(only)
    with pytest.raises((JoseError, ValueError)):
        app.sign_in(person)
    with transaction.atomic():
        choose_id_token_algorithm(actor=SYSTEM, client=program.client, algorithm="RS256")
    assert app.sign_in(person)["userinfo"]["sub"] == person.user.pk


def _segment(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
