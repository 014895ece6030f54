"""The authorization endpoint (DOMAIN 3.3): signs a user of the account in to an app, without asking them anything.

There is no consent page: the administrator consented when the app was installed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import AccessDeniedError, InvalidRequestError
from django.db import transaction

from fondaco.accounts.models import Person, User
from fondaco.identity.errors import NoSeat, UnknownClient, UnregisteredRedirect
from fondaco.identity.federation.errors import CompanySignInNeeded
from fondaco.identity.federation.policies import check_way_in
from fondaco.identity.models import LoginSession
from fondaco.identity.protocol.clients import ProtocolClient
from fondaco.identity.protocol.requests import ProtocolRequest, WireRequest
from fondaco.identity.protocol.server import Server


@dataclass(frozen=True, slots=True)
class Authorization:
    """A request of a known client to a registered address. ``refusal`` is where to send the browser with an error."""

    request: ProtocolRequest = field(repr=False)
    server: Server = field(repr=False)
    redirect_uri: str
    grant: Any = None
    refusal: str = ""

    @property
    def is_silent(self) -> bool:
        """The app wants no page to be shown (``prompt=none``)."""
        return "none" in self.request.payload.data.get("prompt", "").split()


def read_authorization(wire: WireRequest) -> Authorization:
    """Checks a request, before anyone is asked to sign in.

    Raises :class:`UnknownClient` or :class:`UnregisteredRedirect`, which become a page and never a redirect.
    """
    request, server = ProtocolRequest("GET", wire), Server(wire.account)
    client = _check_client(request, server)
    redirect_uri = request.payload.redirect_uri
    try:
        _check_response_type(request)
        grant = server.get_consent_grant(request)
        if not client.row.may_sign_users_in:
            raise AccessDeniedError("This app is suspended for the account.")
    except OAuth2Error as error:
        return Authorization(request, server, redirect_uri, refusal=_address(server, error, request))
    return Authorization(request, server, redirect_uri, grant=grant)


def refuse_silently(authorization: Authorization) -> str:
    """Where to send the browser when the app wanted no page, but the person would have to sign in."""
    error = OAuth2Error(error="login_required", description="The user must sign in first.")
    return _address(authorization.server, error, authorization.request)


def grant_authorization(authorization: Authorization, *, person: Person, login_session: LoginSession) -> str:
    """Where to send the browser with a code for the person's seat in the account.

    Raises :class:`NoSeat`, or :class:`CompanySignInNeeded` when the account wants another way in than the session's.
    """
    account = authorization.request.wire.account
    user = User.objects.filter(account=account, person=person, is_active=True).select_related("person", "role").first()
    if user is None or not person.is_active:
        raise NoSeat(email=person.email, account=account.company_name)
    try:
        check_way_in(user, login_session)
    except CompanySignInNeeded:
        if authorization.is_silent:
            return refuse_silently(authorization)
        raise
    authorization.request.login_session = login_session
    with transaction.atomic(durable=True):
        answer = authorization.server.create_authorization_response(
            authorization.request, grant_user=user, grant=authorization.grant
        )
    return str(answer.headers["Location"])


def _check_client(request: ProtocolRequest, server: Server) -> ProtocolClient:
    once = request.payload.datalist
    client_ids, addresses = once.get("client_id", []), once.get("redirect_uri", [])
    client = server.query_client(client_ids[0]) if len(client_ids) == 1 else None
    if client is None:
        raise UnknownClient
    if len(addresses) != 1 or not client.check_redirect_uri(addresses[0]):
        raise UnregisteredRedirect
    return client


def _check_response_type(request: ProtocolRequest) -> None:
    if request.find_repeated():
        raise InvalidRequestError("A parameter was sent more than once.")
    response_type = request.payload.response_type
    if not response_type:
        raise InvalidRequestError("Missing response_type in request.")
    if response_type != "code":
        raise OAuth2Error(error="unsupported_response_type", description="response_type must be code.")


def _address(server: Server, error: OAuth2Error, request: ProtocolRequest) -> str:
    error.redirect_uri, error.state = request.payload.redirect_uri, request.payload.state
    return str(server.answer_error(error).headers["Location"])
