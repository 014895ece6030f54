"""A tiny platform on a real socket, for proving the example partner app without our own one."""

from __future__ import annotations

import base64
import json
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwt
from joserfc.jwk import ECKey

Json = dict[str, Any]
ANA, BRUNO, CHEN = "a" * 24, "b" * 24, "c" * 24
PEOPLE = {ANA: "Ana Silva", BRUNO: "Bruno Costa", CHEN: "Chen Wei"}
PATIENCE = 15.0


def make_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def public_base64(key: ec.EllipticCurvePrivateKey) -> str:
    der = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()


def private_base64(key: ec.EllipticCurvePrivateKey) -> str:
    der = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return base64.b64encode(der).decode()


@dataclass
class Installed:
    """One installation as the platform sees it, with the answers that the partner gave."""

    id: str
    app_id: str
    client_id: str
    key: ec.EllipticCurvePrivateKey
    key_id: str
    licensed: list[str]
    answers: list[Json] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    state_status: int = 200
    is_revoked: bool = False


class FakePlatform:
    """The wire endpoints, in memory. `deliver` signs and posts an event to the partner."""

    def __init__(self) -> None:
        self.signing_key = make_key()
        self.signing_key_id = uuid.uuid4().hex
        self.installations: dict[str, Installed] = {}
        self.requests: list[tuple[str, str]] = []
        self.tokens: dict[str, tuple[Installed, str | None]] = {}
        self.codes: dict[str, tuple[Installed, str, str]] = {}
        self.used_assertions: set[str] = set()
        self.signed_in_user = ANA
        self.spoiled_nonce: str | None = None
        self.changed = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._make_handler())
        self._server.daemon_threads = True
        self.root = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def wait_for(self, condition: Callable[[], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(condition, timeout=PATIENCE), "the partner did not do it in time"

    # What the platform says ---------------------------------------------------------------------------------------

    def install(self, *, app_id: str | None = None) -> Installed:
        row = Installed(
            id=uuid.uuid4().hex,
            app_id=app_id or uuid.uuid4().hex,
            client_id=uuid.uuid4().hex,
            key=make_key(),
            key_id=uuid.uuid4().hex,
            licensed=[ANA, BRUNO],
        )
        self.installations[row.id] = row
        return row

    def rotate(self, row: Installed) -> None:
        row.client_id, row.key, row.key_id = uuid.uuid4().hex, make_key(), uuid.uuid4().hex

    def credentials(self, row: Installed) -> Json:
        return {
            "client_id": row.client_id,
            "client_secret": "never-to-be-stored",
            "private_key": private_base64(row.key),
            "public_key": public_base64(row.key),
            "key_id": row.key_id,
            "key_algorithm": "ES256",
        }

    def event(self, kind: str, row: Installed, **data: Any) -> bytes:
        """The exact bytes of an event."""
        event_id = uuid.uuid4().hex
        links = {
            "root": {"href": self.root},
            "self": {"href": f"{self.root}/apps/{row.app_id}/events/{event_id}"},
        }
        if kind == "app.installed":
            data |= self.credentials(row)
            links |= {
                "installation": {"href": f"{self.root}/apps/{row.app_id}/installations/{row.id}"},
                "userinfo": {"href": f"{self.root}/users/me"},
                "authorization": {"href": f"{self.root}/acme/oauth/authorize"},
                "tokens": {"href": f"{self.root}/acme/oauth/token"},
            }
        body = {
            "id": event_id,
            "created_at": "2026-11-23T10:00:00.000Z",
            "api_version": "1",
            "type": kind,
            "app_id": row.app_id,
            "app_version_id": "d" * 32,
            "app_version_name": "2.1",
            "data": {"installation_id": row.id, "account_id": "e" * 24, "account_name": "acme", **data},
            "_links": links,
        }
        return json.dumps(body).encode()

    def sign(self, body: bytes) -> dict[str, str]:
        signature = self.signing_key.sign(body, ec.ECDSA(hashes.SHA512()))
        return {"X-Hub-Ecdsa-Signature": signature.hex(), "X-Hub-Ecdsa-Signature-Id": self.signing_key_id}

    def deliver(self, url: str, body: bytes, *, timeout: float = 10) -> int:
        headers = self.sign(body) | {"Content-Type": "application/json"}
        return httpx.post(f"{url}/events", content=body, headers=headers, timeout=timeout).status_code

    # What the platform answers ------------------------------------------------------------------------------------

    def answer(self, method: str, target: str, token: str, body: str) -> tuple[int, Json, dict[str, str]]:
        split = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(split.query).items()}
        parts = split.path.strip("/").split("/")
        if parts[:2] == ["events", "signature-keys"]:
            if parts[2] != self.signing_key_id:
                return 404, {"code": "404", "message": "unknown"}, {}
            return 200, {"id": parts[2], "public_key": public_base64(self.signing_key)}, {}
        if split.path == "/acme/oauth/token":
            return *self._token({name: values[0] for name, values in parse_qs(body).items()}), {}
        if split.path == "/acme/oauth/authorize":
            return self._authorize(query)
        row, user_id = self.tokens.get(token, (None, None))
        if row is None:
            return 401, {"code": "401", "message": "unauthorized"}, {}
        return *self._resource(method, parts, query, row, user_id, body), {}

    def _authorize(self, query: dict[str, str]) -> tuple[int, Json, dict[str, str]]:
        row = next(each for each in self.installations.values() if each.client_id == query["client_id"])
        assert query["response_type"] == "code"
        assert query["scope"] == "openid"
        code = uuid.uuid4().hex
        self.codes[code] = (row, query["nonce"], query["redirect_uri"])
        location = f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"
        return 302, {}, {"Location": location}

    def _token(self, form: dict[str, str]) -> tuple[int, Json]:
        claimed = json.loads(base64.urlsafe_b64decode(form["client_assertion"].split(".")[1] + "=="))["iss"]
        row = next((each for each in self.installations.values() if each.client_id == claimed), None)
        if row is None or row.is_revoked:
            return 401, {"error": "invalid_client", "error_description": "unknown client"}
        key = ECKey.import_key(public_base64_pem(row.key))
        decoded = jwt.decode(form["client_assertion"], key, algorithms=["ES256"])
        claims = decoded.claims
        assert decoded.header["kid"] == row.key_id
        assert claims["iss"] == claims["sub"] == row.client_id
        assert claims["aud"] == f"{self.root}/acme/oauth/token"
        assert 0 < claims["exp"] - time.time() <= 300
        assert claims["jti"] not in self.used_assertions
        self.used_assertions.add(claims["jti"])
        token = uuid.uuid4().hex
        answer: Json = {"access_token": token, "token_type": "Bearer", "expires_in": 600, "scope": "openid apps:read"}
        if form["grant_type"] == "client_credentials":
            self.tokens[token] = (row, None)
            return 200, answer
        owner, nonce, redirect_uri = self.codes.pop(form["code"])
        assert owner is row
        assert form["redirect_uri"] == redirect_uri
        self.tokens[token] = (row, self.signed_in_user)
        claims = {"sub": self.signed_in_user, "aud": row.client_id, "exp": int(time.time()) + 60,
                  "nonce": self.spoiled_nonce or nonce}  # fmt: skip
        identity = jwt.encode({"alg": "ES256"}, claims, ECKey.generate_key("P-256"))
        return 200, answer | {"sid": "session-1", "id_token": identity}

    def _resource(
        self, method: str, parts: list[str], query: dict[str, str], row: Installed, user_id: str | None, body: str
    ) -> tuple[int, Json]:
        base = ["apps", row.app_id, "installations", row.id]
        if parts == ["users", "me"]:
            return (200, person(user_id)) if user_id else (400, {"code": "400", "message": "no user"})
        if parts == ["account"]:
            return 200, {"id": "e" * 24, "name": "acme", "company_name": "Acme Ltd"}
        if parts == ["apps", row.app_id]:
            return 200, {"id": row.app_id, "name": "whisper", "display_name": "Whisper"}
        if parts == base:
            return 200, {"id": row.id, "_embedded": {"created_by": person(CHEN), "state": {"state": "installing"}}}
        if parts == [*base, "subscription"]:
            return 200, {"type": "trial", "name": "Trial", "total_licenses": 3}
        if parts == [*base, "users"]:
            page = int(query.get("page", "1"))
            links: Json = {"self": {"href": self.root}}
            if page < len(row.licensed):
                links["next"] = {"href": f"{self.root}/{'/'.join(parts)}?page={page + 1}&per_page=1"}
            return 200, {"_embedded": {"users": [person(row.licensed[page - 1])]}, "_links": links}
        if parts == [*base, "state"] and method == "POST":
            if row.state_status == 200:
                row.answers.append(json.loads(body))
            return row.state_status, {"state": "completed"}
        if parts[:5] == [*base, "credentials"] and method == "POST":
            assert json.loads(body) == {"state": "acknowledged"}
            row.acknowledged.append(parts[5])
            return 202, {"state": "acknowledged"}
        return 404, {"code": "404", "message": "not found"}

    def _make_handler(self) -> type[BaseHTTPRequestHandler]:
        platform = self

        class Handler(BaseHTTPRequestHandler):
            def handle_one(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                token = self.headers.get("Authorization", "").removeprefix("Bearer ")
                try:
                    status, content, headers = platform.answer(self.command, self.path, token, body)
                except AssertionError as error:
                    status, content, headers = 400, {"error": "invalid_request", "error_description": str(error)}, {}
                with platform.changed:
                    platform.requests.append((self.command, self.path.split("?")[0]))
                    platform.changed.notify_all()
                data = json.dumps(content).encode()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = handle_one  # noqa: N815 - the names that the base class calls

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
                """Quiet."""

        return Handler


def person(user_id: str | None) -> Json:
    name = PEOPLE[str(user_id)]
    first = name.split(" ")[0].lower()
    return {"id": user_id, "sub": user_id, "name": name, "email": f"{first}@acme.example", "active": True}


def public_base64_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
