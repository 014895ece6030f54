"""Names whose name server never answers: ``getaddrinfo`` hangs for them, and works for all others."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from fondaco.kit.outbound import resolver
from fondaco.kit.outbound.lookups import Lookups

END = ".hangs.example"
PATIENCE = 15.0


@dataclass
class Asked:
    """The names that hang or hung, in the order in which they were asked for."""

    names: list[str] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)
    over: threading.Event = field(default_factory=threading.Event)

    def wait_for(self, count: int) -> list[str]:
        """Returns when so many lookups hang."""
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.names) >= count, PATIENCE), f"{len(self.names)} of {count}"
            return list(self.names)

    def hang(self, name: str) -> None:
        with self.changed:
            self.names.append(name)
            self.changed.notify_all()
        self.over.wait(60)


@contextmanager
def hanging_names() -> Iterator[Asked]:
    """Names under ``END`` hang until the block ends, in a process that has not looked anything up before."""
    asked, look_up = Asked(), socket.getaddrinfo

    def getaddrinfo(host: str, *rest: Any, **options: Any) -> Any:
        if not str(host).endswith(END):
            return look_up(host, *rest, **options)
        asked.hang(str(host))
        raise socket.gaierror(socket.EAI_AGAIN, "no answer")

    with patch.object(socket, "getaddrinfo", getaddrinfo), patch.object(resolver, "_LOOKUPS", Lookups()):
        try:
            yield asked
        finally:
            asked.over.set()
