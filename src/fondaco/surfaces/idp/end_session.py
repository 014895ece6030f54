"""``POST …/oauth/end_user_session``: a program of the account signs one of its users out (DOMAIN 3.7).

Refusals carry both shapes that the wire knows: the standard one, because the endpoint answers for a user, and the one
of OAuth, because it lies among its endpoints (DOMAIN 2.9).
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.translation import gettext_lazy as _

from fondaco.accounts.models import User
from fondaco.accounts.queries import get_account_by_name, get_user
from fondaco.audit.actor import Actor, ActorKind
from fondaco.identity.actions import end_user_session
from fondaco.identity.errors import InsufficientScope, TokenRefused
from fondaco.identity.issuer import account_name_of_host
from fondaco.identity.pace import count_wire_call
from fondaco.identity.tokens import AccessToken, require_scope, verify_access_token
from fondaco.kit.errors import DomainError, NotFound, TooMany
from fondaco.surfaces.site.bearer import challenge, shown_token
from fondaco.surfaces.site.oauth_endpoints import Refused, oauth_endpoint, read_form, unstored
from fondaco.surfaces.site.viewer import HouseRequest
from fondaco.surfaces.site.views.errors import Broken

SCOPE: Final = "user-session-public:end"
USER_ID_LENGTH: Final = 24
REASONS: Final = ("force_logout",)
_OAUTH_ERRORS: Final = {
    401: "invalid_token", 404: "not_found", 405: "invalid_request", 429: "temporarily_unavailable",
    500: "server_error",
}  # fmt: skip


class BadForm(DomainError):
    code = "bad-request"
    message = _("The request cannot be read. Nobody was signed out. Correct it and send it again.")


class NotPosted(DomainError):
    code = "method-not-allowed"
    status = 405
    message = _("This address only answers POST. Nobody was signed out.")


class UnknownUser(NotFound):
    message = _("There is no such user in this account. Nobody was signed out.")


def _refuse_request(refusal: Refused) -> HttpResponse:
    """What every endpoint of OAuth refuses, in both shapes."""
    if refusal.http_status == HTTPStatus.METHOD_NOT_ALLOWED:
        return _refuse(NotPosted())
    if refusal.http_status == HTTPStatus.INTERNAL_SERVER_ERROR:
        return _refuse(Broken())
    return _refuse(BadForm(_("%(what)s Nobody was signed out."), what=refusal.description))


@oauth_endpoint("POST", refuse=_refuse_request)
def end_session(request: HouseRequest, account: str = "") -> HttpResponseBase:
    """204 when the user is signed out, also when they already were; otherwise a refusal that changed nothing."""
    try:
        token = _admit(request, account)
        user = _read_user(request, token)
        client, address = token.client, request.META.get("REMOTE_ADDR", "")
        actor = Actor(ActorKind.CLIENT, id=client.pk.hex, label=client.name, address=address)
        end_user_session(actor=actor, user=user)
    except DomainError as error:
        return _refuse(error)
    return unstored(HttpResponse(status=204))


def _admit(request: HttpRequest, account: str) -> AccessToken:
    """The token, which must be of the very account whose issuer is asked."""
    tenant = get_account_by_name(account or account_name_of_host(request.get_host()))
    token = verify_access_token(shown_token(request))
    if token.account_id != tenant.pk:
        raise TokenRefused
    if seconds := count_wire_call(token.client).retry_after:
        raise TooMany(retry_after=seconds)
    require_scope(token, SCOPE)
    return token


def _read_user(request: HttpRequest, token: AccessToken) -> User:
    form = read_form(request)
    wrong = {}
    for name in ("user_id", "reason"):
        if len(form.get(name, [])) > 1:
            wrong[name] = [str(_("Must be sent once."))]
    user_id, reason = form.get("user_id", [""])[-1], form.get("reason", [None])[-1]
    if not user_id:
        wrong.setdefault("user_id", [str(_("Is required."))])
    elif len(user_id) != USER_ID_LENGTH:
        wrong.setdefault("user_id", [str(_("Must have exactly 24 characters."))])
    if reason is not None and reason not in REASONS:
        wrong.setdefault("reason", [str(_("Must be force_logout, or left out."))])
    if wrong:
        raise BadForm(fields=wrong)
    try:
        return get_user(token.account_id, user_id)
    except NotFound as error:
        raise UnknownUser from error


def _refuse(error: DomainError) -> HttpResponse:
    words = str(error)
    name = "insufficient_scope" if isinstance(error, InsufficientScope) else _OAUTH_ERRORS.get(error.status)
    body = {
        "code": f"{error.status}-{error.code}",
        "message": words,
        "description": words,
        "fields": [{"name": field, "description": " ".join(texts)} for field, texts in error.fields.items()],
        "error": name or "invalid_request",
        "error_description": words,
    }
    response = unstored(JsonResponse(body, status=error.status))
    if challenged := challenge(error):
        response["WWW-Authenticate"] = challenged
    elif isinstance(error, TooMany):
        response["Retry-After"] = str(error.retry_after)
    elif isinstance(error, NotPosted):
        response["Allow"] = "POST"
    return response
