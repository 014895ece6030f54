"""The introspection endpoint (RFC 7662)."""

from __future__ import annotations

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidClientError, InvalidRequestError
from django.db import transaction

from fondaco.identity import pace, tokens
from fondaco.identity.introspection import introspect
from fondaco.identity.protocol.client_authentication import authenticate
from fondaco.identity.protocol.failures import answer_too_many, check_unrepeated, count_failure
from fondaco.identity.protocol.requests import ProtocolRequest, WireAnswer, WireRequest
from fondaco.identity.protocol.server import Server
from fondaco.kit.errors import TooMany


def answer_introspection(wire: WireRequest) -> WireAnswer:
    """Answers one request: 200 about the token, 400, 401 ``invalid_client``, or 429 to who fails often or hurries."""
    request = ProtocolRequest("POST", wire)
    with transaction.atomic(durable=True):
        answer = _answer(request)
    return count_failure(request, answer)


def _answer(request: ProtocolRequest) -> WireAnswer:
    try:
        check_unrepeated(request)
        client = authenticate(request)
        if client.row.is_public:
            raise InvalidClientError(description="Only a client with a secret may ask.", status_code=401)
        token = request.form.get("token", "")
        if not token:
            raise InvalidRequestError("Missing token in request.")
        pace.introspecting.check(str(client.row.pk))
        body = introspect(token, asked_by=client.credentials)
        tokens.note_use(client.credentials)
    except OAuth2Error as error:
        return Server(request.wire.account).answer_error(error)
    except TooMany as refusal:
        return answer_too_many(refusal)
    return WireAnswer(200, body, {"Cache-Control": "no-store"})
