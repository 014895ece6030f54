"""The token endpoint (DOMAIN 3.4)."""

from __future__ import annotations

from typing import Final

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidRequestError
from django.db import transaction

from fondaco.identity import signing_keys, tokens
from fondaco.identity.protocol.client_authentication import claimed_client_id
from fondaco.identity.protocol.requests import ProtocolRequest, WireAnswer, WireRequest
from fondaco.identity.protocol.server import Server
from fondaco.kit.errors import TooMany
from fondaco.kit.rate import check_rate

GRANTS: Final = ("client_credentials", "authorization_code", "refresh_token")
FAILURES: Final = 10
FAILURES_PER_SECONDS: Final = 300


def answer_token_request(wire: WireRequest) -> WireAnswer:
    """Answers one request: 200 with tokens, 400, 401 ``invalid_client``, or 429 after repeated failures.

    A refusal of the protocol still commits, because a spent assertion and the end of a stolen family must stay.
    """
    request = ProtocolRequest("POST", wire)
    signing_keys.signing_key()  # a key made in a transaction that fails would sign tokens nobody can verify
    with transaction.atomic(durable=True):
        answer = _answer(Server(wire.account), request)
    return count_failure(request, answer) if answer.body.get("error") == "invalid_client" else answer


def _answer(server: Server, request: ProtocolRequest) -> WireAnswer:
    try:
        _check_shape(request)
        grant = server.get_token_grant(request)
        grant.validate_token_request()
        answer: WireAnswer = server.handle_response(*grant.create_token_response())
        tokens.note_use(request.client.row)
    except OAuth2Error as error:
        return server.answer_error(error)
    return answer


def _check_shape(request: ProtocolRequest) -> None:
    if repeated := request.find_repeated():
        raise InvalidRequestError(f"A parameter was sent more than once: {_printable(repeated)}")
    grant_type = request.payload.grant_type
    if not grant_type:
        raise InvalidRequestError("Missing grant_type in request.")
    if grant_type not in GRANTS:
        raise OAuth2Error(
            error="unsupported_grant_type",
            description=f"grant_type={_printable(grant_type)} is not supported. Use one of: {', '.join(GRANTS)}",
        )


def count_failure(request: ProtocolRequest, answer: WireAnswer) -> WireAnswer:
    """Slows down who fails again and again, per claimed client and address.

    Only failures count and only failures are refused: a lock that also kept the right secret out would let anyone who
    knows a client id, which browsers see, lock its partner out from a shared address.
    """
    key = f"invalid-client:{claimed_client_id(request)}:{request.wire.address}"
    try:
        check_rate(key, limit=FAILURES, per=FAILURES_PER_SECONDS)
    except TooMany as refusal:
        body = {"error": "invalid_client", "error_description": "Too many failed attempts. Wait before the next one."}
        headers = {**answer.headers, "Retry-After": str(refusal.retry_after)}
        return WireAnswer(429, body, headers)
    return answer


def _printable(text: str) -> str:
    """Text fit for an error_description (RFC 6749 §5.2)."""
    return "".join(each for each in text if each.isascii() and each.isprintable() and each not in '"\\')[:60]
