"""What the endpoints for programs refuse alike: repeated parameters, who fails again and again, and who hurries."""

from __future__ import annotations

from typing import Final

from authlib.oauth2.rfc6749 import InvalidRequestError

from fondaco.identity.protocol.client_authentication import claimed_client_id
from fondaco.identity.protocol.requests import ProtocolRequest, WireAnswer, printable
from fondaco.kit.errors import TooMany
from fondaco.kit.rate import check_rate

FAILURES: Final = 10
FAILURES_PER_SECONDS: Final = 300


def check_unrepeated(request: ProtocolRequest) -> None:
    """Raises 400 ``invalid_request`` when a parameter was sent twice (RFC 6749 §3.2)."""
    if repeated := request.find_repeated():
        raise InvalidRequestError(f"A parameter was sent more than once: {printable(repeated)}")


def count_failure(request: ProtocolRequest, answer: WireAnswer) -> WireAnswer:
    """The same answer, or 429 to who failed to prove their client again and again, per claimed client and address.

    Only failures count and only failures are refused: a lock that also kept the right secret out would let anyone who
    knows a client id, which browsers see, lock its partner out from a shared address. Not within a transaction.
    """
    if answer.body.get("error") != "invalid_client":
        return answer
    key = f"invalid-client:{claimed_client_id(request)}:{request.wire.address}"
    try:
        check_rate(key, limit=FAILURES, per=FAILURES_PER_SECONDS)
    except TooMany as refusal:
        body = {"error": "invalid_client", "error_description": "Too many failed attempts. Wait before the next one."}
        headers = {**answer.headers, "Retry-After": str(refusal.retry_after)}
        return WireAnswer(429, body, headers)
    return answer


def answer_too_many(refusal: TooMany) -> WireAnswer:
    """429 to a client that asks faster than it may; RFC 6749 has no word for that, RFC 8628 §3.5 has."""
    wait = refusal.retry_after
    description = f"This client asks too often. Nothing was issued. Keep what you got until it expires; wait {wait} s."
    headers = {"Cache-Control": "no-store", "Pragma": "no-cache", "Retry-After": str(wait)}
    return WireAnswer(429, {"error": "slow_down", "error_description": description}, headers)
