"""Which requests are for the shim, and what they ask. Anything unusual in one makes it Django's."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from typing import Final
from urllib.parse import parse_qsl

from django.conf import settings

from fondaco.identity.hot.clients import Proof
from fondaco.identity.hot.endpoints import Answer, grant_token, introspect, publish_keys
from fondaco.identity.issuer import account_name_of_host
from fondaco.surfaces.idp.shim.envelopes import Environment

Form = dict[str, str]

_GRANT: Final = "oauth/token"
_INTROSPECT: Final = "oauth/introspect"
_KEYS: Final = ".well-known/jwks.json"
_FORM: Final = "application/x-www-form-urlencoded"
_SLUG: Final = re.compile(r"[-a-zA-Z0-9_]{1,40}")
_CLIENT_ID: Final = re.compile(r"[0-9a-f]{32}")
_SECRET: Final = re.compile(r"[!-~]{1,200}")
_BASIC: Final = re.compile(r"[Bb]asic ([A-Za-z0-9+/]+={0,2})")
_LONGEST: Final = 16 * 1024
_KNOWN: Final = {
    _GRANT: frozenset({"grant_type", "scope", "client_id", "client_secret"}),
    _INTROSPECT: frozenset({"token", "token_type_hint", "client_id", "client_secret"}),
}
# Their presence changes what Django's middleware says, or how the body is read.
_UNUSUAL: Final = ("HTTP_COOKIE", "HTTP_ORIGIN", "HTTP_TRANSFER_ENCODING", "HTTP_CONTENT_ENCODING", "QUERY_STRING")


@dataclass(frozen=True, slots=True)
class Call:
    """A request that may be answered here. ``kind`` is its path without the account."""

    kind: str
    answer: Callable[[], Answer | None] = field(repr=False)


def read_call(environ: Environment) -> Call | None:
    """The request, or None when it is Django's. Its body can be read again in either case."""
    account, kind = _address(environ)
    if not kind or any(environ.get(name) for name in _UNUSUAL) or environ.get("HTTP_ACCEPT_LANGUAGE", "*") != "*":
        return None
    method = environ.get("REQUEST_METHOD")
    if kind == _KEYS:
        is_plain = method == "GET" and environ.get("CONTENT_LENGTH", "") in {"", "0"}
        return Call(kind, lambda: publish_keys(account)) if is_plain else None
    form = _form(environ, _KNOWN[kind]) if method == "POST" else None
    proof = _proof(environ, form, account) if form is not None else None
    if form is None or proof is None:
        return None
    if kind == _INTROSPECT and "token" in form:
        return Call(kind, lambda: introspect(proof, token=form["token"]))
    if kind == _GRANT and form.get("grant_type") == "client_credentials":
        return Call(kind, lambda: grant_token(proof, scope=form.get("scope", "")))
    return None


def _address(environ: Environment) -> tuple[str, str]:
    """The account's name and the kind of the request; no kind when the path is none of ours."""
    path, host = environ.get("PATH_INFO", ""), environ.get("HTTP_HOST", "")
    if environ.get("SCRIPT_NAME") or not host:
        return "", ""
    if settings.IDENTITY_STYLE == "host":
        account, kind = account_name_of_host(host), path[1:]
    else:
        account, _slash, kind = path[1:].partition("/")
    is_ours = (kind in _KNOWN or kind == _KEYS) and path.startswith("/") and _SLUG.fullmatch(account)
    return (account, kind) if is_ours else ("", "")


def _form(environ: Environment, known: frozenset[str]) -> Form | None:
    """The fields, each there once and with a value."""
    length = environ.get("CONTENT_LENGTH", "")
    if environ.get("CONTENT_TYPE") != _FORM or not length.isdecimal() or not 0 < int(length) <= _LONGEST:
        return None
    body = environ["wsgi.input"].read(int(length))
    environ["wsgi.input"] = BytesIO(body)
    if not body.isascii():
        return None
    text = body.decode()
    if "%" in text or "+" in text:
        pairs = parse_qsl(text, keep_blank_values=True)
    else:
        pairs = [(name, value) for name, _is, value in (pair.partition("=") for pair in text.split("&"))]
    form = dict(pairs)
    is_once = len(form) == len(pairs) and form.keys() <= known
    is_plain = all(value and value.isascii() for value in form.values())
    return form if is_once and is_plain else None


def _proof(environ: Environment, form: Form, account: str) -> Proof | None:
    """Client id and secret, shown in one way only."""
    authorization = environ.get("HTTP_AUTHORIZATION", "")
    if not authorization:
        client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
    elif "client_secret" in form:
        return None
    else:
        client_id, secret = _basic(authorization)
        if form.get("client_id", client_id) != client_id:
            return None
    is_well_formed = _CLIENT_ID.fullmatch(client_id) and _SECRET.fullmatch(secret)
    return Proof(account, client_id, secret) if is_well_formed else None


def _basic(authorization: str) -> tuple[str, str]:
    """RFC 6749 §2.3.1, as long as nothing in it is escaped."""
    match = _BASIC.fullmatch(authorization)
    try:
        plain = base64.b64decode(match[1]).decode() if match else ""
    except ValueError:
        plain = ""
    client_id, _colon, secret = plain.partition(":")
    return ("", "") if "%" in plain else (client_id, secret)
