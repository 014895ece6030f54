"""A partner's program and website in one real server: healthy, until a test tells it otherwise."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from tests.listening import QuietHandler, listening

from fondaco.messaging.signing import Signer

PAGE = (200, {"Content-Type": "text/html; charset=utf-8"}, b"<!doctype html><title>Page</title>")


@dataclass(frozen=True)
class Asked:
    """One request as it came; ``path`` with its query."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


Answer = tuple[int, dict[str, str], bytes]
Behaviour = Callable[[Asked], Answer]


@dataclass
class Program:
    """``behaviours`` by ``POST /events`` replace what the healthy program does; ``asked`` is all that came."""

    signer: Signer
    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    behaviours: dict[str, Behaviour] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def counts(self) -> Counter[str]:
        """How often each method and path was asked."""
        return Counter(f"{one.method} {one.path.partition('?')[0]}" for one in self.asked)

    def answers(self, place: str, status: int, headers: dict[str, str] | None = None, body: bytes = b"") -> None:
        """Lets ``POST /events`` or another place always answer so."""
        self.behaviours[place] = lambda asked: (status, headers or {}, body)

    def handle(self, asked: Asked) -> Answer:
        with self.lock:
            self.asked.append(asked)
        place = f"{asked.method} {asked.path.partition('?')[0]}"
        if behaviour := self.behaviours.get(place):
            return behaviour(asked)
        if place == "POST /events":
            return (204 if self.is_signed(asked) else 401), {}, b""
        return (400, {}, b"") if asked.method == "POST" else PAGE

    def is_signed(self, asked: Asked) -> bool:
        """Whether the platform signed the body."""
        try:
            signature = bytes.fromhex(asked.headers.get("x-hub-ecdsa-signature", ""))
            self.signer.key.public_key().verify(signature, asked.body, ec.ECDSA(hashes.SHA512()))
        except (InvalidSignature, ValueError):
            return False
        return True


@contextmanager
def serving(signer: Signer) -> Iterator[Program]:
    """The program on a free port, until the block ends."""
    program = Program(signer)

    class Handler(QuietHandler):
        def do_GET(self) -> None:
            self._answer("GET")

        def do_POST(self) -> None:
            self._answer("POST")

        def _answer(self, method: str) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, more, content = program.handle(Asked(method, self.path, headers, body))
            self.send_response(status)
            for name, value in more.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    with listening(Handler) as program.url:
        yield program
