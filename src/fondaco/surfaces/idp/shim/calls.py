"""Which requests are for the shim, and what they ask. Anything unusual in one makes it Django's."""

from __future__ import annotations

import re
from binascii import a2b_base64
from functools import lru_cache
from io import BytesIO
from typing import Final, NamedTuple
from urllib.parse import parse_qsl

from django.conf import settings

from fondaco.identity.hot.clients import Proof
from fondaco.identity.hot.directory import Directory
from fondaco.identity.hot.endpoints import Answer, grant_token, introspect, publish_keys
from fondaco.identity.issuer import account_name_of_host
from fondaco.surfaces.idp.shim.envelopes import Environment

Form = dict[str, str]

GRANT: Final = "oauth/token"
INTROSPECT: Final = "oauth/introspect"
KEYS: Final = ".well-known/jwks.json"
_FORM: Final = "application/x-www-form-urlencoded"
_SLUG: Final = re.compile(r"[-a-zA-Z0-9_]{1,40}")
_CREDENTIALS: Final = re.compile(r"([0-9a-f]{32}):([!-$&-~]{1,200})")  # no %: nothing in them is escaped
_LONGEST: Final = 16 * 1024
_FIELDS: Final = {  # of each kind; the keys take none
    GRANT: frozenset({"grant_type", "scope", "client_id", "client_secret"}),
    INTROSPECT: frozenset({"token", "token_type_hint", "client_id", "client_secret"}),
    KEYS: frozenset(),
}
_PLAIN_GRANT: Final = {"grant_type": "client_credentials"}
_PLAIN_GRANT_BODY: Final = b"grant_type=client_credentials"  # what most programs send, with Basic


class Call(NamedTuple):
    """A request that may be answered here. ``kind`` is its path without the account; the keys need no proof."""

    kind: str
    account: str
    proof: Proof | None = None
    form: Form = {}

    def answer(self, directory: Directory) -> Answer | None:
        """What it gets; None when Django is to answer."""
        if self.proof is None:
            return publish_keys(self.account)
        if self.kind == GRANT:
            return grant_token(directory, self.proof, scope=self.form.get("scope", ""))
        return introspect(directory, self.proof, token=self.form["token"])


def read_call(environ: Environment) -> Call | None:
    """The request, or None when it is Django's. Its body can be read again in either case."""
    account, kind = _address(environ)
    if not account or _is_unusual(environ):
        return None
    method = environ.get("REQUEST_METHOD")
    if kind == KEYS:
        is_plain = method == "GET" and environ.get("CONTENT_LENGTH", "") in {"", "0"}
        return Call(kind, account) if is_plain else None
    form = _form(environ, _FIELDS[kind]) if method == "POST" else None
    proof = _proof(environ, form, account) if form else None
    if form is None or proof is None:
        return None
    is_ours = "token" in form if kind == INTROSPECT else form.get("grant_type") == "client_credentials"
    return Call(kind, account, proof, form) if is_ours else None


def _is_unusual(environ: Environment) -> bool:
    """Whether there is what changes what Django's middleware says, or how the body is read."""
    get = environ.get
    return bool(
        get("HTTP_COOKIE")
        or get("HTTP_ORIGIN")
        or get("HTTP_TRANSFER_ENCODING")
        or get("HTTP_CONTENT_ENCODING")
        or get("QUERY_STRING")
        or get("SCRIPT_NAME")
        or get("HTTP_ACCEPT_LANGUAGE", "*") != "*"
    )


def _address(environ: Environment) -> tuple[str, str]:
    """The account's name and the kind of the request; no name when the path is none of ours."""
    host = environ.get("HTTP_HOST")
    if host is None:
        return "", ""
    return _read_address(environ.get("PATH_INFO", ""), host if settings.IDENTITY_STYLE == "host" else "")


@lru_cache(maxsize=1024)
def _read_address(path: str, host: str) -> tuple[str, str]:
    root, _slash, rest = path.partition("/")
    if host:
        account, kind = account_name_of_host(host), rest
    else:
        account, _slash, kind = rest.partition("/")
    is_ours = kind in _FIELDS and not root and _SLUG.fullmatch(account)
    return (account, kind) if is_ours else ("", "")


def _form(environ: Environment, known: frozenset[str]) -> Form | None:
    """The fields, each there once and with a value."""
    length = environ.get("CONTENT_LENGTH", "")
    if environ.get("CONTENT_TYPE") != _FORM or not length.isdecimal() or not 0 < int(length) <= _LONGEST:
        return None
    body = environ["wsgi.input"].read(int(length))
    environ["wsgi.input"] = BytesIO(body)
    if body == _PLAIN_GRANT_BODY:
        return _PLAIN_GRANT if "grant_type" in known else None
    if not body.isascii():
        return None
    text = body.decode()
    if "%" in text or "+" in text:
        pairs = parse_qsl(text, keep_blank_values=True)
    else:
        pairs = [(name, value) for name, _is, value in [pair.partition("=") for pair in text.split("&")]]
    form = dict(pairs)
    is_once = len(form) == len(pairs) and form.keys() <= known
    is_plain = all(form.values()) and "".join(form.values()).isascii()
    return form if is_once and is_plain else None


def _proof(environ: Environment, form: Form, account: str) -> Proof | None:
    """Client id and secret, shown in one way only (RFC 6749 §2.3.1)."""
    authorization = environ.get("HTTP_AUTHORIZATION", "")
    if not authorization:
        shown = _CREDENTIALS.fullmatch(f"{form.get('client_id', '')}:{form.get('client_secret', '')}")
    elif "client_secret" in form:
        return None
    else:
        shown = _CREDENTIALS.fullmatch(_basic(authorization))
    if shown is None or form.get("client_id", shown[1]) != shown[1]:
        return None
    return Proof(account, shown[1], shown[2])


def _basic(authorization: str) -> str:
    if not authorization.startswith("Basic "):
        return ""
    try:
        return a2b_base64(authorization[6:], strict_mode=True).decode()
    except ValueError:
        return ""
