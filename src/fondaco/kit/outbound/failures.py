"""Why a call to the outside came to nothing."""

from __future__ import annotations

from enum import StrEnum


class FailureKind(StrEnum):
    DNS = "dns"  # the name has no address
    REFUSED_ADDRESS = "refused_address"  # it has one that we do not call
    CONNECT = "connect"  # nobody answers there, or hangs up
    TLS = "tls"  # the certificate or the handshake is not good
    TIMEOUT = "timeout"
    TOO_LARGE = "too_large"  # the answer is longer than the cap
    PROTOCOL = "protocol"  # what came back is not HTTP, or what was to be sent is not


class OutboundError(Exception):
    """``kind`` says what went wrong, the text says it for people; ``status`` is set when one had already arrived.

    ``address`` is the IP that was called, or that may not be called; empty when the name has none.
    """

    def __init__(self, kind: FailureKind, detail: str, *, status: int | None = None, address: str = "") -> None:
        super().__init__(detail)
        self.kind = kind
        self.status = status
        self.address = address
