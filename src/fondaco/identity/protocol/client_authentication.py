"""How a program proves which client it is: Basic, form fields, or a signed assertion. A public client only says so."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from authlib.oauth2.rfc6749 import InvalidClientError, InvalidRequestError
from authlib.oauth2.rfc6749.util import extract_basic_authorization
from django.db import connection
from joserfc import jws, jwt
from joserfc.errors import JoseError

from fondaco.accounts.models import Account
from fondaco.identity.issuer import token_url
from fondaco.identity.key_pairs import import_public
from fondaco.identity.models import CredentialSet
from fondaco.identity.protocol.clients import ProtocolClient
from fondaco.identity.protocol.requests import ProtocolRequest
from fondaco.identity.queries import find_credentials
from fondaco.kit import clock, crypto
from fondaco.kit.ids import parse_wire

PROOFS: Final = ("client_secret_basic", "client_secret_post", "private_key_jwt")
METHODS: Final = (*PROOFS, "none")  # none: a public client, which keeps no secret (RFC 6749 §2.1)
ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SKEW: Final = timedelta(seconds=60)
LONGEST_LIFE: Final = timedelta(minutes=10)
_LONGEST_ASSERTION: Final = 8192
_LONGEST_JTI: Final = 255


def authenticate(request: ProtocolRequest) -> ProtocolClient:
    """The client that the request proves to be, of this very account; raises 401 ``invalid_client``.

    The description never says which part was wrong, except for an assertion, whose maker needs to know and whose
    signature has then been verified.
    """
    form = request.form
    ways = [
        name
        for name, is_used in (
            ("client_secret_basic", bool(request.headers.get("Authorization"))),
            ("client_secret_post", "client_secret" in form),
            ("private_key_jwt", "client_assertion" in form or "client_assertion_type" in form),
        )
        if is_used
    ]
    if len(ways) > 1:
        raise InvalidRequestError("More than one way of client authentication was used.")
    method = ways[0] if ways else "none"
    if method == "none":
        credentials = _by_name(request)
    elif method == "private_key_jwt":
        credentials = _by_assertion(request)
    else:
        credentials = _by_secret(request, *_claimed_secret(request))
    if form.get("client_id", credentials.wire_client_id) != credentials.wire_client_id:
        raise _refuse()
    if credentials.client.is_public != (method == "none"):
        raise _refuse()
    request.auth_method = method
    return ProtocolClient(credentials)


def claimed_client_id(request: ProtocolRequest) -> str:
    """Who the caller says to be, unproved, or an empty string when it is no client id at all."""
    try:
        claimed = (
            _claimed_secret(request)[0]
            or request.form.get("client_id", "")
            or str(_unverified(request.form.get("client_assertion", ""))[1].get("sub", ""))
        )
    except InvalidClientError:
        return ""
    return claimed if parse_wire(claimed) else ""


def _claimed_secret(request: ProtocolRequest) -> tuple[str, str]:
    if request.headers.get("Authorization"):
        try:
            client_id, secret = extract_basic_authorization(request.headers)
        except ValueError:  # not base64, or not text
            client_id, secret = None, None
    else:
        client_id, secret = request.form.get("client_id"), request.form.get("client_secret")
    return client_id or "", secret or ""


def _by_name(request: ProtocolRequest) -> CredentialSet:
    """Proves nothing. What a public client shows is bound to it by PKCE and by rotation (RFC 9700 §2.1.1, §4.14)."""
    credentials = find_credentials(request.wire.account, request.form.get("client_id", ""))
    if credentials is None or not credentials.client.is_public:
        raise _refuse("The request has no client authentication.")
    return credentials


def _by_secret(request: ProtocolRequest, client_id: str, secret: str) -> CredentialSet:
    credentials = find_credentials(request.wire.account, client_id)
    # Always compared, so that an unknown id takes as long as a wrong secret.
    is_right = crypto.verify_hash(secret, credentials.secret_hash if credentials else "")
    if credentials is None or not is_right:
        raise _refuse()
    return credentials


def _by_assertion(request: ProtocolRequest) -> CredentialSet:
    if request.form.get("client_assertion_type") != ASSERTION_TYPE:
        raise _refuse(f"client_assertion_type must be {ASSERTION_TYPE}.")
    assertion = request.form.get("client_assertion", "")
    header, unverified = _unverified(assertion)
    credentials = find_credentials(request.wire.account, str(unverified.get("sub", "")))
    if credentials is None or header.get("kid") != credentials.key_id or not credentials.public_key:
        raise _refuse()
    if header.get("alg") != credentials.key_algorithm or "crit" in header:  # nothing is there to be understood
        raise _refuse()
    key = import_public(credentials.public_key)
    try:
        claims = jwt.decode(assertion, key, algorithms=[credentials.key_algorithm]).claims
    except (JoseError, ValueError):
        raise _refuse() from None
    expires_at = _check_claims(claims, credentials, request.wire.account)
    _spend(credentials, claims["jti"], expires_at)
    return credentials


def _check_claims(claims: Mapping[str, Any], credentials: CredentialSet, account: Account) -> datetime:
    """Checks RFC 7523 §3 as DOMAIN 3.4 narrows it; returns when the assertion expires."""
    if not claims.get("iss") == claims.get("sub") == credentials.wire_client_id:
        raise _refuse("iss and sub of the assertion must both be the client id.")
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    ours = token_url(account)
    if ours not in [text.removesuffix("/") for text in audiences if isinstance(text, str)]:
        raise _refuse("aud of the assertion must be the token URL.")
    times = {name: claims[name] for name in ("exp", "iat", "nbf") if name in claims}
    if "exp" not in times or not all(_is_time(value) for value in times.values()):
        raise _refuse("exp of the assertion is missing, or one of its times is not a number.")
    now, skew, longest = clock.now().timestamp(), SKEW.total_seconds(), LONGEST_LIFE.total_seconds()
    if times["exp"] <= now - skew:
        raise _refuse("The assertion has expired.")
    if max(times.get("iat", now), times.get("nbf", now)) > now + skew:
        raise _refuse("The assertion is from the future.")
    if times["exp"] > now + longest + skew or times["exp"] - times.get("iat", times["exp"]) > longest:
        raise _refuse("The assertion lives longer than ten minutes.")
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= _LONGEST_JTI:
        raise _refuse("jti of the assertion is missing or too long.")
    return datetime.fromtimestamp(times["exp"], UTC)


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 10**11


def _spend(credentials: CredentialSet, jti: str, expires_at: datetime) -> None:
    """Remembers the assertion until nobody would accept it anyway. Of two at once, the second waits and is refused."""
    digest = hashlib.sha256(f"{credentials.wire_client_id}:{jti}".encode(errors="surrogatepass")).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO identity_spentassertion (jti_hash, expires_at) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            [digest, expires_at + SKEW],
        )
        if cursor.rowcount != 1:
            raise _refuse("The assertion was used before.")


def _unverified(assertion: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Header and claims as they stand there, to find the key by; nothing of it is believed."""
    if not assertion.isascii() or len(assertion) > _LONGEST_ASSERTION:
        raise _refuse()
    try:
        parsed = jws.extract_compact(assertion.encode())
        claims = json.loads(parsed.payload)
    except (JoseError, ValueError, RecursionError):
        raise _refuse() from None
    header: object = parsed.headers()  # a JSON text may stand there as well
    return header if isinstance(header, dict) else {}, claims if isinstance(claims, dict) else {}


def _refuse(description: str = "Client authentication failed.") -> InvalidClientError:
    return InvalidClientError(description=description, status_code=401)
