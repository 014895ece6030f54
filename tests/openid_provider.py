"""An OpenID provider on a port of its own, which signs people in and can misbehave in every way that we know of."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlencode

from flask import Flask, Response, redirect, request
from joserfc import jws, jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey
from werkzeug.serving import make_server

_RSA = RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig"})  # making one takes its time
CLIENT_ID, CLIENT_SECRET = "fondaco at work", "s3cret+with/odd:signs"


@dataclass
class Provider:
    """Who signs in is ``person``; ``fault`` is what goes wrong, by name. ``asked`` counts requests by path."""

    issuer: str = ""
    person: dict[str, Any] = field(default_factory=dict)
    fault: str = ""
    algorithm: str = "ES256"
    auth_method: str = "client_secret_basic"
    asked: list[str] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    keys: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.renew_keys()

    def renew_keys(self) -> None:
        """New keys under new names, as a provider that rotates has them."""
        self.keys = {
            "ES256": ECKey.generate_key("P-256", {"kid": secrets.token_hex(4), "use": "sig"}),
            "RS256": _RSA,
        }

    def count(self, path: str) -> int:
        """How often ``path`` was asked."""
        return self.asked.count(path)

    def describe(self) -> dict[str, Any]:
        """The discovery document."""
        document: dict[str, Any] = {
            "issuer": "https://somebody.example" if self.fault == "wrong issuer" else self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256", "RS256"],
            "token_endpoint_auth_methods_supported": [self.auth_method],
            "code_challenge_methods_supported": ["S256"],
            "claims_supported": ["sub", "email", "email_verified", "name", "groups"],
            "authorization_response_iss_parameter_supported": True,
        }
        if self.fault == "no token endpoint":
            del document["token_endpoint"]
        if self.fault == "private token endpoint":
            document["token_endpoint"] = "https://169.254.169.254/token"
        if self.fault == "weak":
            document |= {"id_token_signing_alg_values_supported": ["HS256"], "code_challenge_methods_supported": []}
        return document

    def id_token(self, grant: dict[str, str], access_token: str) -> str:
        """What the provider says about the person, true or not."""
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": grant["nonce"],
            "at_hash": _half_hash(access_token),
            **({"sub": self.person["sub"]} if self.fault == "thin token" else self.person),
        }
        claims |= {
            "wrong nonce": {"nonce": "another"},
            "wrong audience": {"aud": "somebody else"},
            "two audiences": {"aud": [CLIENT_ID, "somebody else"]},
            "wrong party": {"aud": [CLIENT_ID, "somebody else"], "azp": "somebody else"},
            "wrong token issuer": {"iss": f"{self.issuer}/"},
            "expired": {"iat": now - 900, "exp": now - 600},
            "from the future": {"iat": now + 600, "exp": now + 900},
            "other access token": {"at_hash": _half_hash("another")},
            "number as subject": {"sub": 7},
        }.get(self.fault, {})
        for name in {"no nonce": ["nonce"], "no expiry": ["exp"], "no subject": ["sub"]}.get(self.fault, []):
            del claims[name]
        key = self.keys[self.algorithm]
        header = {"alg": self.algorithm, "kid": key.kid}
        if self.fault == "alg none":
            return _unsigned(claims)
        if self.fault == "shared secret":
            return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(CLIENT_SECRET), algorithms=["HS256"])
        if self.fault == "public key as secret":
            return _signed_with_hmac({"alg": "HS256", "kid": key.kid}, claims, key.as_pem(private=False))
        if self.fault == "foreign key":
            key = ECKey.generate_key("P-256")
            header = {"alg": "ES256", "kid": self.keys["ES256"].kid}
        if self.fault == "unknown kid":
            header["kid"] = "nobody"
        if self.fault == "claims are a list":
            return jws.serialize_compact(header, json.dumps([1]), key, algorithms=[self.algorithm])
        if self.fault == "odd subject":  # half a character, as JSON can write it
            odd = json.dumps({**claims, "sub": "a\ud800b"})
            return jws.serialize_compact(header, odd, key, algorithms=[self.algorithm])
        return jwt.encode(header, claims, key, algorithms=[self.algorithm])


@contextmanager
def openid_provider(**person: Any) -> Iterator[Provider]:
    """A provider that answers until the block ends; ``person`` are the claims of who signs in."""
    provider = Provider(person=person)
    server = make_server("127.0.0.1", 0, _application(provider), threaded=True)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        provider.release.set()
        server.shutdown()
        thread.join(5)
        server.server_close()


def _application(provider: Provider) -> Flask:
    application = Flask("openid_provider")

    def route(path: str, answer: Callable[[], Any], *methods: str) -> None:
        def counted() -> Any:
            provider.asked.append(path)
            return _misbehave(provider, path) or answer()

        application.add_url_rule(path, path, counted, methods=list(methods) or ["GET"])

    route("/.well-known/openid-configuration", lambda: _json(provider.describe()))
    route("/keys", lambda: _json(_published(provider)))
    route("/authorize", lambda: _authorize(provider))
    route("/token", lambda: _token(provider), "POST")
    route("/userinfo", lambda: _userinfo(provider))
    return application


def _published(provider: Provider) -> dict[str, Any]:
    keys = KeySet(list(provider.keys.values())).as_dict(private=False)["keys"]
    odd: list[Any] = [{"kty": "oct", "k": "AAAA", "kid": "oct"}, {"kty": "new"}, {"kty": "RSA", "n": "!"}, 7]
    return {"keys": [] if provider.fault == "no keys" else [*odd, *keys]}


def _misbehave(provider: Provider, path: str) -> Response | None:
    """Faults of whole answers are called ``what path``, like ``hang /token``."""
    what, _space, where = provider.fault.partition(" ")
    if where != path:
        return None
    if what == "hang":
        provider.release.wait(30)
        return Response(status=503)
    if what == "redirect":
        return redirect("http://127.0.0.1:9/elsewhere")
    if what == "oversized":
        return Response(b" " * 600_000 + b"{}", content_type="application/json")
    if what == "garbage":
        return Response(b"\xff<html>", content_type="application/json")
    if what == "list":
        return Response(b"[]", content_type="application/json")
    return Response(b"{}", status=500) if what == "broken" else None


def _authorize(provider: Provider) -> Any:
    """Everybody is signed in already; the browser goes straight back."""
    query = request.args
    back = query["redirect_uri"]
    answer = {"state": query["state"], "iss": provider.issuer}
    assert (query["response_type"], query["code_challenge_method"]) == ("code", "S256")
    assert set(query["scope"].split()) == {"openid", "email", "profile"}
    if provider.fault == "denied":
        return redirect(f"{back}?{urlencode({**answer, 'error': 'access_denied', 'error_description': 'Call 1-800'})}")
    if provider.fault == "odd error":
        return redirect(f"{back}?{urlencode({**answer, 'error': 'Call 1-800-EVIL now'})}")
    code = secrets.token_urlsafe(16)
    provider.codes[code] = {
        "nonce": query["nonce"],
        "challenge": query["code_challenge"],
        "redirect_uri": back,
        "client_id": query["client_id"],
    }
    answer["code"] = code
    answer |= {"other sender": {"iss": "https://evil.example"}, "no code": {"code": ""}}.get(provider.fault, {})
    if provider.fault == "no sender":
        del answer["iss"]
    return redirect(f"{back}?{urlencode(answer)}")


def _token(provider: Provider) -> Any:
    form = request.form
    if not _is_our_client(provider):
        return _json({"error": "invalid_client"}, 401)
    grant = provider.codes.pop(form.get("code", ""), None)
    verifier = form.get("code_verifier", "")
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    if grant is None or challenge != grant["challenge"] or form.get("redirect_uri") != grant["redirect_uri"]:
        return _json({"error": "invalid_grant"}, 400)
    access_token = secrets.token_urlsafe(16)
    provider.tokens[access_token] = "somebody else" if provider.fault == "two people" else provider.person["sub"]
    answer = {"access_token": access_token, "token_type": "Bearer", "id_token": provider.id_token(grant, access_token)}
    if provider.fault == "no id token":
        del answer["id_token"]
    return _json(answer)


def _is_our_client(provider: Provider) -> bool:
    if provider.fault == "refuses client":
        return False
    if provider.auth_method == "client_secret_post":
        given = (request.form.get("client_id"), request.form.get("client_secret"))
        return given == (CLIENT_ID, CLIENT_SECRET) and "Authorization" not in request.headers
    if provider.auth_method == "none":
        return request.form.get("client_id") == CLIENT_ID and "Authorization" not in request.headers
    pair = base64.b64decode(request.headers.get("Authorization", "").removeprefix("Basic ")).decode()
    name, _colon, secret = pair.partition(":")
    return (unquote(name), unquote(secret)) == (CLIENT_ID, CLIENT_SECRET) and "client_secret" not in request.form


def _userinfo(provider: Provider) -> Any:
    subject = provider.tokens.get(request.headers.get("Authorization", "").removeprefix("Bearer "))
    return _json({**provider.person, "sub": subject}) if subject else _json({}, 401)


def _json(document: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(document), status=status, content_type="application/json")


def _half_hash(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()[:16]).rstrip(b"=").decode()


def _unsigned(claims: dict[str, Any]) -> str:
    return f"{_base64(json.dumps({'alg': 'none'}).encode())}.{_base64(json.dumps(claims).encode())}."


def _signed_with_hmac(header: dict[str, Any], claims: dict[str, Any], secret: bytes) -> str:
    """What a library refuses to make: a public key used as if it were a secret."""
    signed = f"{_base64(json.dumps(header).encode())}.{_base64(json.dumps(claims).encode())}"
    return f"{signed}.{_base64(hmac.digest(secret, signed.encode(), 'sha256'))}"


def _base64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
