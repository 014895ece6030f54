"""The token endpoint (DOMAIN 3.4)."""

from __future__ import annotations

from typing import Final

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidRequestError
from django.db import transaction

from fondaco.identity import pace, signing_keys, tokens
from fondaco.identity.protocol.failures import answer_too_many, check_unrepeated, count_failure
from fondaco.identity.protocol.requests import ProtocolRequest, WireAnswer, WireRequest, printable
from fondaco.identity.protocol.server import Server
from fondaco.kit.errors import TooMany

GRANTS: Final = ("client_credentials", "authorization_code", "refresh_token")


def answer_token_request(wire: WireRequest) -> WireAnswer:
    """Answers one request: 200 with tokens, 400, 401 ``invalid_client``, or 429 to who fails often or hurries.

    A refusal of the protocol still commits, because a spent assertion and the end of a stolen family must stay.
    """
    request = ProtocolRequest("POST", wire)
    signing_keys.prepare()
    with transaction.atomic(durable=True):
        answer = _answer(Server(wire.account), request)
    return count_failure(request, answer)


def _answer(server: Server, request: ProtocolRequest) -> WireAnswer:
    try:
        _check_shape(request)
        grant = server.get_token_grant(request)
        grant.validate_token_request()
        pace.granting.check(str(request.client.row.pk))
        answer: WireAnswer = server.handle_response(*grant.create_token_response())
        tokens.note_use(request.client.credentials)
    except OAuth2Error as error:
        return server.answer_error(error)
    except TooMany as refusal:
        return answer_too_many(refusal)
    return answer


def _check_shape(request: ProtocolRequest) -> None:
    check_unrepeated(request)
    grant_type = request.payload.grant_type
    if not grant_type:
        raise InvalidRequestError("Missing grant_type in request.")
    if grant_type not in GRANTS:
        raise OAuth2Error(
            error="unsupported_grant_type",
            description=f"grant_type={printable(grant_type)} is not supported. Use one of: {', '.join(GRANTS)}",
        )
