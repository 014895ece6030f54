"""The authorization endpoint (DOMAIN 3.3): signs a user of the account in to an app, without asking them anything.

There is no consent page: the administrator consented when the app was installed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from authlib.common.urls import add_params_to_uri
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import AccessDeniedError, InvalidRequestError
from django.db import transaction

from fondaco.accounts.models import Account, Person, User
from fondaco.identity.errors import NoSeat, UnknownClient, UnregisteredRedirect
from fondaco.identity.federation.errors import CompanySignInNeeded
from fondaco.identity.federation.policies import check_way_in
from fondaco.identity.id_tokens import find_subject
from fondaco.identity.issuer import issuer
from fondaco.identity.models import LoginSession
from fondaco.identity.protocol.clients import ProtocolClient
from fondaco.identity.protocol.requests import ProtocolRequest, WireRequest
from fondaco.identity.protocol.server import Server
from fondaco.kit import clock

# What asks for the whole request to be read elsewhere must not be passed over (OpenID Connect Core §6, §7.2.1).
_NOT_SUPPORTED: Final = {
    "request": "request_not_supported",
    "request_uri": "request_uri_not_supported",
    "registration": "registration_not_supported",
}
_LONGEST_MAX_AGE: Final = 9  # digits: thirty years


@dataclass(frozen=True, slots=True)
class Authorization:
    """A request of a known client to a registered address. ``refusal`` is where to send the browser with an error.

    ``max_age`` is how long ago the person may have proved who they are, if the app cares; ``hinted_user`` is the id of
    the user whom it expects.
    """

    request: ProtocolRequest = field(repr=False)
    server: Server = field(repr=False)
    redirect_uri: str
    grant: Any = None
    refusal: str = ""
    max_age: timedelta | None = None
    hinted_user: str = ""

    @property
    def is_silent(self) -> bool:
        """The app wants no page to be shown (``prompt=none``)."""
        return "none" in _prompts(self.request)

    def wants_proof(self, *, authenticated_at: datetime) -> bool:
        """Whether the app wants the person to prove again who they are, although they did at that time."""
        is_old = self.max_age is not None and clock.now() - authenticated_at > self.max_age
        return is_old or "login" in _prompts(self.request)


def read_authorization(wire: WireRequest) -> Authorization:
    """Checks a request, before anyone is asked to sign in.

    Raises :class:`UnknownClient` or :class:`UnregisteredRedirect`, which become a page and never a redirect.
    """
    request, server = ProtocolRequest("GET", wire), Server(wire.account)
    client = _check_client(request, server)
    redirect_uri = request.payload.redirect_uri
    try:
        _check_response_type(request)
        max_age, hinted_user = _check_prompt(request), _check_hint(request)
        grant = server.get_consent_grant(request)
        if not client.row.may_sign_users_in:
            raise AccessDeniedError("This app is suspended for the account.")
    except OAuth2Error as error:
        return Authorization(request, server, redirect_uri, refusal=_address(server, error, request))
    return Authorization(request, server, redirect_uri, grant=grant, max_age=max_age, hinted_user=hinted_user)


def refuse_silently(authorization: Authorization) -> str:
    """Where to send the browser when the person would have to sign in, but the app wants no page, or none can help."""
    return _refuse_login(authorization, "The user must sign in first.")


def refuse_broken(authorization: Authorization, description: str) -> str:
    """Where to send the browser when something broke on our side: a browser takes no app along a page of errors."""
    error = OAuth2Error(error="server_error", description=description)
    return _address(authorization.server, error, authorization.request)


def grant_authorization(
    authorization: Authorization,
    *,
    person: Person,
    login_session: LoginSession,
    authenticated_at: datetime | None = None,
) -> str:
    """Where to send the browser with a code for the person's seat in the account; raises :class:`NoSeat`.

    ``authenticated_at`` is when they last proved who they are, if that was after the session began.

    Also raises :class:`CompanySignInNeeded` when the account wants another way in than the session's.
    """
    account = authorization.request.wire.account
    user = User.objects.filter(account=account, person=person, is_active=True).select_related("person", "role").first()
    if user is None or not person.is_active:
        raise NoSeat(email=person.email, account=account.company_name)
    if authorization.hinted_user not in {"", user.pk}:
        return _refuse_login(authorization, "Somebody else is signed in than id_token_hint names.")
    try:
        check_way_in(user, login_session)
    except CompanySignInNeeded:
        if authorization.is_silent:
            return refuse_silently(authorization)
        raise
    authorization.request.login_session = login_session
    authorization.request.authenticated_at = authenticated_at
    with transaction.atomic(durable=True):
        answer = authorization.server.create_authorization_response(
            authorization.request, grant_user=user, grant=authorization.grant
        )
    return _with_issuer(str(answer.headers["Location"]), account)


def _refuse_login(authorization: Authorization, description: str) -> str:
    error = OAuth2Error(error="login_required", description=description)
    return _address(authorization.server, error, authorization.request)


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
    for name, error in _NOT_SUPPORTED.items():
        if name in request.payload.data:
            raise OAuth2Error(error=error, description=f"{name} is not supported. Send the parameters themselves.")
    if request.payload.data.get("response_mode", "query") != "query":
        raise InvalidRequestError("response_mode must be query.")


def _check_prompt(request: ProtocolRequest) -> timedelta | None:
    """Checks OpenID Connect Core §3.1.2.1; returns ``max_age``."""
    prompts, max_age = _prompts(request), request.payload.data.get("max_age")
    if "none" in prompts and len(prompts) > 1:
        raise InvalidRequestError("prompt=none goes with no other prompt.")
    if max_age is None:
        return None
    if not (max_age.isascii() and max_age.isdigit() and len(max_age) <= _LONGEST_MAX_AGE):
        raise InvalidRequestError("max_age must be a number of seconds.")
    return timedelta(seconds=int(max_age))


def _check_hint(request: ProtocolRequest) -> str:
    """The id of the user whom the app expects, or an empty text."""
    hint = request.payload.data.get("id_token_hint")
    if hint is None:
        return ""
    subject = find_subject(request.wire.account, hint)
    if subject is None:
        raise InvalidRequestError("id_token_hint is no ID token of this issuer.")
    return subject


def _prompts(request: ProtocolRequest) -> list[str]:
    return str(request.payload.data.get("prompt", "")).split()


def _address(server: Server, error: OAuth2Error, request: ProtocolRequest) -> str:
    error.redirect_uri, error.state = request.payload.redirect_uri, request.payload.state
    return _with_issuer(str(server.answer_error(error).headers["Location"]), request.wire.account)


def _with_issuer(address: str, account: Account) -> str:
    """Says who answers, so that an app with several issuers cannot be led to mix them up (RFC 9207)."""
    return str(add_params_to_uri(address, {"iss": issuer(account)}))
