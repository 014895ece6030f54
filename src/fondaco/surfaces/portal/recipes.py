"""Commands that a developer pastes into a terminal to get a token with one very client."""

from __future__ import annotations

import base64
import hashlib
import secrets
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.utils.translation import gettext as _

from fondaco.identity.client_fields import AUTHORIZATION_CODE, CLIENT_CREDENTIALS, REFRESH_TOKEN
from fondaco.identity.issuer import authorize_url, issuer, jwks_url, token_url
from fondaco.identity.models import OAuthClient

SECRET = "$CLIENT_SECRET"  # noqa: S105 - a variable of the shell, for who has the secret already
# What to ask first with a token, for each scope that opens something to nothing but a token.
_FIRST_OF_ACCOUNT = {"account:read": "/account", "users:read": "/users"}
_FIRST_OF_PERSON = {**_FIRST_OF_ACCOUNT, "openid": "/users/me"}  # a token of the account itself says nothing of a user


@dataclass(frozen=True, slots=True)
class Step:
    """``text`` says what the command does; ``label`` names it for screen readers."""

    text: str
    command: str
    label: str


def endpoints(client: OAuthClient) -> list[tuple[str, str]]:
    """Names and addresses that a client needs."""
    account = client.account
    found = [(_("Token URL"), token_url(account)), (_("Issuer"), issuer(account))]
    if AUTHORIZATION_CODE in client.grant_types:
        found.append((_("Authorize URL"), authorize_url(account)))
    return [
        *found,
        (_("Discovery"), f"{issuer(account)}/.well-known/openid-configuration"),
        (_("Keys of our tokens"), jwks_url(account)),
        (_("API"), settings.API_ROOT),
    ]


def steps(client: OAuthClient, client_id: str, *, secret: str = SECRET) -> list[Step]:
    """From nothing to the first answer of the API, by each way in which the client gets tokens."""
    found = []
    if CLIENT_CREDENTIALS in client.grant_types:
        command = _curl(client, _login(client, client_id, secret), "--data grant_type=client_credentials")
        found.append(Step(_("Get a token. It lives ten minutes; get the next one the same way."), command, _("token")))
        found += _ask(client, _FIRST_OF_ACCOUNT, _("first request"))
    if AUTHORIZATION_CODE in client.grant_types:
        is_second_way = bool(found)
        found += _sign_in(client, client_id, secret, is_second_way=is_second_way)
        if is_second_way:  # anything else was asked with the first token
            found += _ask(client, {"openid": _FIRST_OF_PERSON["openid"]}, _("first request of the person"))
        else:
            found += _ask(client, _FIRST_OF_PERSON, _("first request"))
    return found


def why_no_request(client: OAuthClient) -> str:
    """Why no step of this client's asks the API something; empty when one does."""
    if _FIRST_OF_PERSON.keys() & set(client.scopes):
        return ""
    return _("No request follows: no scope of this client opens an address that needs nothing but a token.")


def _ask(client: OAuthClient, first: Mapping[str, str], label: str) -> list[Step]:
    path = next((path for scope, path in first.items() if scope in client.scopes), None)
    if path is None:
        return []
    command = f'curl {settings.API_ROOT}{path} --header "Authorization: Bearer $TOKEN"'
    return [
        Step(_("Ask something with it: put the access_token of that answer in the place of $TOKEN."), command, label)
    ]


def _sign_in(client: OAuthClient, client_id: str, secret: str, *, is_second_way: bool) -> list[Step]:
    opening = _("Open this in a browser and sign in as a user of the account.")
    if is_second_way:
        opening = _("To act for a person instead, open this in a browser and sign in as a user of the account.")
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    address = client.redirect_uris[0]
    query = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": address,
        "scope": " ".join(client.scopes),
        "state": secrets.token_urlsafe(9),
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    exchange = _curl(
        client,
        _login(client, client_id, secret),
        "--data grant_type=authorization_code",
        f"--data-urlencode {shlex.quote(f'redirect_uri={address}')}",
        f"--data code_verifier={verifier}",
        "--data-urlencode code=CODE",
    )
    found = [
        Step(
            f"{opening} {_('You come back with a code in the address.')}",
            f"{authorize_url(client.account)}?{urlencode(query)}",
            _("sign-in address"),
        ),
        Step(
            _("Within a minute, exchange the code for a token: put it in the place of CODE. A code is good once."),
            exchange,
            _("token of the person") if is_second_way else _("token"),
        ),
    ]
    if REFRESH_TOKEN in client.grant_types:
        renew = _curl(
            client,
            _login(client, client_id, secret),
            "--data grant_type=refresh_token",
            "--data-urlencode refresh_token=REFRESH_TOKEN",
        )
        text = _("Later, get the next one. Each refresh token is good once; the answer holds the next.")
        found.append(Step(text, renew, _("refreshing")))
    return found


def _login(client: OAuthClient, client_id: str, secret: str) -> str:
    if client.is_public:
        return f"--data client_id={client_id}"
    return f'--user "{client_id}:{secret}"' if secret == SECRET else f"--user {shlex.quote(f'{client_id}:{secret}')}"


def _curl(client: OAuthClient, *options: str) -> str:
    return " \\\n  ".join([f"curl {shlex.quote(token_url(client.account))}", *options])
