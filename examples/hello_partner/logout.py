"""`POST /backchannel-logout`: the platform says by a signed logout token that a person's session there is over.

OpenID Connect Back-Channel Logout 1.0. Nobody shows us a password here: the token proves itself, so every rule of §2.6
counts. 200 done, 400 not believed (the platform does not try again), 503 try again.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from typing import Any

import httpx
from flask import Blueprint, Response, jsonify, request
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from hello_partner.store import Installation, Store, StoredEvent

log = logging.getLogger("hello_partner")

EVENT = "http://schemas.openid.net/event/backchannel-logout"
TYPE = "logout+jwt"
ALGORITHMS = ["ES256"]
SKEW_SECONDS = 60
KEEP_SECONDS = 300
LONGEST_TOKEN = 8192


class LogoutRefusedError(Exception):
    """The token is not believed; nobody was signed out."""


class IssuerKeys:
    """The signing keys of each account's issuer, found through its discovery document and kept for five minutes."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http
        self._lock = threading.Lock()
        self._cache: dict[str, tuple[KeySet, float]] = {}

    def get(self, issuer: str, key_id: str) -> KeySet:
        """Raises httpx.HTTPError when they cannot be had just now."""
        with self._lock:
            keys, expires_at = self._cache.get(issuer, (None, 0.0))
        if keys is not None and time.monotonic() < expires_at and any(key.kid == key_id for key in keys.keys):
            return keys
        described = self._fetch(f"{issuer}/.well-known/openid-configuration")
        if described.get("issuer") != issuer:
            raise LogoutRefusedError("the issuer does not call itself so")
        keys = KeySet.import_key_set(self._fetch(str(described.get("jwks_uri"))))  # type: ignore[arg-type]
        with self._lock:
            self._cache[issuer] = (keys, time.monotonic() + KEEP_SECONDS)
        return keys

    def _fetch(self, url: str) -> dict[str, Any]:
        answer = self._http.get(url)
        answer.raise_for_status()
        body = answer.json()
        if not isinstance(body, dict):
            raise LogoutRefusedError("the issuer describes itself in no way that we understand")
        return body


class Logout:
    """Checks tokens and ends sessions."""

    def __init__(self, store: Store, keys: IssuerKeys) -> None:
        self._store = store
        self._keys = keys

    def end_by(self, token: str) -> int:
        """How many of our sessions ended. Raises LogoutRefusedError, httpx.HTTPError."""
        installation, claims = self._verify(token)
        ended = self._store.end_platform_session(
            installation.id, str(claims.get("sid") or ""), str(claims.get("sub") or "")
        )
        note = f"{ended} {'session' if ended == 1 else 'sessions'} ended"
        # Kept like an event, so that the developer's page shows it; the same token again changes nothing.
        self._store.add_event(
            StoredEvent(
                seq=0,
                root=str(claims["iss"]),
                id=str(claims["jti"]),
                type="logout token",
                app_id=installation.app_id,
                installation_id=installation.id,
                body=b"",
                state="done",
                attempts=0,
                received_at=time.time(),
                note=note,
            ),
            state="done",
        )
        return ended

    def _verify(self, token: str) -> tuple[Installation, dict[str, Any]]:
        header, unverified = _read(token)
        # Who it is for says where to look; what it says is believed only after its signature.
        audience = unverified.get("aud")
        client_id = audience if isinstance(audience, str) else ""
        installation = self._store.find_by_client(client_id) if client_id else None
        if installation is None:
            raise LogoutRefusedError("it is for no client of ours (aud)")
        issuer = installation.tokens_url.rsplit("/oauth/", 1)[0]
        if unverified.get("iss") != issuer:
            raise LogoutRefusedError("it is from another issuer (iss)")
        if header.get("typ") != TYPE:
            raise LogoutRefusedError("it is another kind of token (typ)")
        keys = self._keys.get(issuer, str(header.get("kid", "")))
        try:
            claims = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
        except (JoseError, ValueError):
            raise LogoutRefusedError("its signature does not fit") from None
        _check(claims)
        return installation, claims


def _read(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    if not token.isascii() or len(token) > LONGEST_TOKEN:
        raise LogoutRefusedError("it is no token")
    try:
        parsed = jws.extract_compact(token.encode())
        claims = json.loads(parsed.payload)
    except (JoseError, ValueError):
        raise LogoutRefusedError("it is no token") from None
    if not isinstance(claims, dict):
        raise LogoutRefusedError("it has no claims")
    return dict(parsed.headers()), claims


def _check(claims: dict[str, Any]) -> None:
    now, times = time.time(), (claims.get("iat"), claims.get("exp"))
    if not all(isinstance(moment, int | float) for moment in times):
        raise LogoutRefusedError("its times are missing (iat, exp)")
    if claims["exp"] < now - SKEW_SECONDS or claims["iat"] > now + SKEW_SECONDS:
        raise LogoutRefusedError("it is not of now (iat, exp)")
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(EVENT), dict):
        raise LogoutRefusedError("it does not say that somebody left (events)")
    if "nonce" in claims:
        raise LogoutRefusedError("it may be an ID token (nonce)")
    if not claims.get("jti") or not (claims.get("sub") or claims.get("sid")):
        raise LogoutRefusedError("it does not say who left (sub, sid, jti)")


def make_blueprint(logout: Logout) -> Blueprint:
    """The endpoint that is registered as the back-channel logout URL."""
    blueprint = Blueprint("logout", __name__)

    @blueprint.post("/backchannel-logout")
    def receive() -> Response:
        try:
            ended = logout.end_by(request.form.get("logout_token", ""))
        except LogoutRefusedError as error:
            log.warning("a logout token was refused: %s", error)
            return _answer(400, error="invalid_request", error_description=str(error))
        except (httpx.HTTPError, ValueError) as error:
            log.warning("the issuer's keys are unavailable: %s", error)
            return _answer(503, error="temporarily_unavailable", error_description="the keys are unavailable")
        log.info("a logout token ended %d sessions", ended)
        return _answer(200)

    return blueprint


def _answer(status: int, **body: str) -> Response:
    answer = jsonify(body)
    answer.status_code = status
    answer.headers["Cache-Control"] = "no-store"
    return answer
