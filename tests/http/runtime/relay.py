"""What stands between the house and a partner's program: it keeps what was sent, and loses some of the answers."""

from __future__ import annotations

import hashlib
import http.client
import json
import random
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from tests.listening import QuietHandler, listening


class Relay:
    """``sent`` are the digests of all bodies that came by the id of their event; each answer may be lost once."""

    def __init__(self, partner_port: int, dice: random.Random) -> None:
        self.url = ""
        self.sent: dict[str, list[str]] = defaultdict(list)
        self.lost = 0
        self._partner_port = partner_port
        self._dice = dice
        self._lock = threading.Lock()

    def note(self, body: bytes) -> bool:
        """Whether the answer to this one gets lost."""
        with self._lock:
            sent = self.sent[json.loads(body)["id"]]
            sent.append(hashlib.sha256(body).hexdigest())
            is_lost = len(sent) == 1 and self._dice.random() < 0.1
            self.lost += is_lost
            return is_lost

    def forward(self, path: str, headers: dict[str, str], body: bytes) -> int:
        """The partner's answer; 502 when it is away."""
        connection = http.client.HTTPConnection("127.0.0.1", self._partner_port, timeout=20)
        try:
            connection.request("POST", path, body, headers)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 502
        finally:
            connection.close()


@contextmanager
def relaying(partner_port: int, dice: random.Random) -> Iterator[Relay]:
    """A relay on a free port, until the block ends."""
    relay = Relay(partner_port, dice)

    class Handler(QuietHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status = relay.forward(self.path, dict(self.headers.items()), body)
            if status == 204 and relay.note(body):
                self.close_connection = True
                self.connection.close()
                return
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

    with listening(Handler) as relay.url:
        yield relay
