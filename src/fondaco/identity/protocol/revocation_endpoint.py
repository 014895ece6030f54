"""The revocation endpoint (RFC 7009): a program gives back a token that it no longer needs."""

from __future__ import annotations

from datetime import UTC, datetime

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidRequestError
from django.db import transaction

from fondaco.identity import events
from fondaco.identity.actions.tokens import end_token_family, revoke_access_token
from fondaco.identity.errors import TokenRefused
from fondaco.identity.models import CredentialSet, OAuthClient, RefreshToken
from fondaco.identity.protocol.client_authentication import authenticate
from fondaco.identity.protocol.failures import check_unrepeated, count_failure
from fondaco.identity.protocol.requests import ProtocolRequest, WireAnswer, WireRequest
from fondaco.identity.protocol.server import Server
from fondaco.identity.tokens import read_access_token
from fondaco.kit import clock, crypto


def answer_revocation_request(wire: WireRequest) -> WireAnswer:
    """Answers one request: 200 when the token is dead now, whatever it was before; 400, 401 or 429 as for tokens.

    ``token_type_hint`` is not needed to find out what a token is, so it is not looked at (RFC 7009 §2.1).
    """
    request = ProtocolRequest("POST", wire)
    with transaction.atomic(durable=True):
        answer = _answer(Server(wire.account), request)
    return count_failure(request, answer)


def _answer(server: Server, request: ProtocolRequest) -> WireAnswer:
    try:
        check_unrepeated(request)
        client = authenticate(request).row
        token = request.form.get("token")
        if token is None:
            raise InvalidRequestError("Missing token in request.")
        if not _revoke_refresh_token(request, client, token):
            _revoke_access_token(request, client, token)
    except OAuth2Error as error:
        return server.answer_error(error)
    return WireAnswer(200, {}, {})


def _revoke_refresh_token(request: ProtocolRequest, client: OAuthClient, token: str) -> bool:
    """Ends all that came from the same sign-in, access tokens included; False when it is no refresh token of ours."""
    row = (
        RefreshToken.objects.select_related("family__client").filter(token_hash__in=crypto.keyed_hashes(token)).first()
    )
    if row is None:
        return False
    _check_own(row.family.client, client)
    end_token_family(actor=request.actor(client), family=row.family, kind=events.REFRESH_REVOKED)
    return True


def _revoke_access_token(request: ProtocolRequest, client: OAuthClient, token: str) -> None:
    """Ends this token alone; one that is unknown or over needs no ending (RFC 7009 §2.2)."""
    try:
        claims = read_access_token(token)
    except TokenRefused:
        return
    issued_to = CredentialSet.objects.select_related("client").filter(wire_client_id=claims["client_id"]).first()
    if issued_to is None:
        return
    _check_own(issued_to.client, client)
    expires_at = datetime.fromtimestamp(claims["exp"], UTC)
    if expires_at > clock.now():
        revoke_access_token(actor=request.actor(client), client=client, jti=claims["jti"], expires_at=expires_at)


def _check_own(issued_to: OAuthClient, client: OAuthClient) -> None:
    if issued_to.pk != client.pk:
        raise InvalidGrantError("The token was issued to another client. It was not revoked.")
