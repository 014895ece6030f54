"""What a call to the outside came to, or why it came to nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Answer:
    """``headers`` have lower-case names, of repeated ones the last; ``address`` is the IP that answered.

    ``truncated`` says that the body was longer and only its beginning was read.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    address: str
    elapsed_ms: int
    truncated: bool = False


class FailureKind(StrEnum):
    DNS = "dns"  # the name has no address
    REFUSED_ADDRESS = "refused_address"  # it has one that we do not call
    CONNECT = "connect"  # nobody answers there, or hangs up
    TLS = "tls"  # the certificate or the handshake is not good
    TIMEOUT = "timeout"
    TOO_LARGE = "too_large"  # the answer is longer than the cap
    PROTOCOL = "protocol"  # what came back is not HTTP, or what was to be sent is not


class OutboundError(Exception):
    """``kind`` says what went wrong, the text says it for people; ``address`` is the IP that was called, or that may
    not be called; empty when the name has none. ``answer`` is what had come before it went wrong, if anything had.
    """

    def __init__(self, kind: FailureKind, detail: str, *, address: str = "", answer: Answer | None = None) -> None:
        super().__init__(detail)
        self.kind = kind
        self.address = address
        self.answer = answer
