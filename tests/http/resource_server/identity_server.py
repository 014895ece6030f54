"""A small identity server over real HTTP: a key set and an introspection endpoint, which can be made to fail."""

from __future__ import annotations

import base64
import json
import threading
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from tests.factories.access_tokens import Mint

CREDENTIALS = ("api", "sesame")


class Clock:
    """Stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class IdentityServer:
    """What it publishes, what it revoked, and how often it was asked. ``answers`` overrides a path's whole answer."""

    mints: list[Mint] = field(default_factory=lambda: [Mint()])
    revoked: set[str] = field(default_factory=set)
    cache_control: str = "public, max-age=300"
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def issuer(self) -> str:
        return f"{self.url}/harbour"

    @property
    def jwks_url(self) -> str:
        return f"{self.issuer}/.well-known/jwks.json"

    def sign(self, **claims: Any) -> str:
        return self.mints[0].sign(iss=self.issuer, **claims)

    def start(self) -> None:
        """Listens, on the port that it had before if it had one."""
        house = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                house._answer(self, {"keys": [mint.public_jwk for mint in house.mints]})

            def do_POST(self) -> None:
                form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                expected = "Basic " + base64.b64encode(":".join(CREDENTIALS).encode()).decode()
                if self.headers["Authorization"] != expected:
                    house._answer(self, {"error": "invalid_client"}, 401)
                else:
                    house._answer(self, {"active": form["token"][0] not in house.revoked})

            def log_message(self, *words: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            allow_reuse_address = True

        self._server = Server(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """An outage: nobody listens."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _answer(self, handler: BaseHTTPRequestHandler, body: Any, status: int = 200) -> None:
        self.asked[handler.path] += 1
        status, content = self.answers.get(handler.path, (status, json.dumps(body).encode()))
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(content)))
        handler.send_header("Cache-Control", self.cache_control)
        if status in {301, 302, 307}:
            handler.send_header("Location", f"{self.url}/elsewhere")
        handler.end_headers()
        handler.wfile.write(content)
