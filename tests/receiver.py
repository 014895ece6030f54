"""A partner's program as far as the wire goes: a real HTTP server that keeps what it gets and answers as it is told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.listening import QuietHandler, listening

PATIENCE = 15.0


@dataclass(frozen=True)
class Got:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """``answers`` are used up one by one, the last for ever: a status, ``hang``, ``stream``, ``echo`` or ``drop``.

    ``decide`` answers by what has come instead.
    """

    url: str = ""
    answers: list[int | str] = field(default_factory=lambda: [200])
    got: list[Got] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)
    over: threading.Event = field(default_factory=threading.Event)
    decide: Callable[[Got], int | str] | None = None

    def wait_for(self, count: int) -> list[Got]:
        """Returns when ``count`` requests have come."""
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.got) >= count, PATIENCE), f"{len(self.got)} of {count}"
            return list(self.got)

    def take(self, request: Got) -> int | str:
        with self.changed:
            self.got.append(request)
            self.changed.notify_all()
            if self.decide is not None:
                return self.decide(request)
            return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def receiving(*answers: int | str, keep_alive: bool = False) -> Iterator[Receiver]:
    """A receiver on a free port, until the block ends; ``keep_alive`` lets thousands share a few connections."""
    receiver = Receiver()
    if answers:
        receiver.answers = list(answers)

    class Handler(QuietHandler):
        protocol_version = "HTTP/1.1" if keep_alive else "HTTP/1.0"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answer = receiver.take(Got(self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            if answer == "hang":
                receiver.over.wait(60)
                self.close_connection = True
            elif answer == "stream":
                self.send_response(200)
                self.end_headers()
                while not receiver.over.wait(0.05):
                    self.wfile.write(b"x")
            elif answer == "echo":
                self._answer(500, body)
            elif answer == "drop":
                self.connection.close()
                self.close_connection = True
            else:
                self._answer(
                    int(answer), b"" if answer == 204 else b"thanks", {"Location": f"{receiver.url}/elsewhere"}
                )

        def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with listening(Handler) as receiver.url:
        try:
            yield receiver
        finally:
            receiver.over.set()
