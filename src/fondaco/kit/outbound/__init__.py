"""Calls to addresses that other people chose: resolved, checked and pinned, with caps on time and size."""

from fondaco.kit.outbound.addresses import BadUrl, check_url, is_allowed
from fondaco.kit.outbound.certificates import read_certificate_end
from fondaco.kit.outbound.client import CONNECT_SECONDS, TOTAL_SECONDS, SafeClient, fetch
from fondaco.kit.outbound.failures import Answer, FailureKind, OutboundError

__all__ = [
    "CONNECT_SECONDS",
    "TOTAL_SECONDS",
    "Answer",
    "BadUrl",
    "FailureKind",
    "OutboundError",
    "SafeClient",
    "check_url",
    "fetch",
    "is_allowed",
    "read_certificate_end",
]
