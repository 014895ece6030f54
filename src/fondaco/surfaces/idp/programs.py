"""What programs ask of the issuer: forms in, JSON out. Who gets what is ``fondaco.identity``'s business."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse

from fondaco.accounts.models import Account
from fondaco.accounts.queries import get_account_by_name
from fondaco.identity.issuer import account_name_of_host
from fondaco.identity.protocol.introspection_endpoint import answer_introspection
from fondaco.identity.protocol.requests import WireAnswer, WireRequest
from fondaco.identity.protocol.revocation_endpoint import answer_revocation_request
from fondaco.identity.protocol.token_endpoint import answer_token_request
from fondaco.kit.errors import NotFound
from fondaco.surfaces.site.oauth_endpoints import Refused, oauth_endpoint, open_to_browsers, read_form, unstored


@open_to_browsers("POST")
@oauth_endpoint("POST")
def token(request: HttpRequest, account: str = "") -> HttpResponseBase:
    """Answers programs with tokens (DOMAIN 3.4)."""
    return _answer(request, account, answer_token_request)


@open_to_browsers("POST")
@oauth_endpoint("POST")
def revoke(request: HttpRequest, account: str = "") -> HttpResponseBase:
    """Takes a token back (RFC 7009)."""
    return _answer(request, account, answer_revocation_request)


@oauth_endpoint("POST")
def introspect(request: HttpRequest, account: str = "") -> HttpResponseBase:
    """Tells a program whether a token counts, and for whom (RFC 7662)."""
    return _answer(request, account, answer_introspection)


def find_issuer(request: HttpRequest, name: str) -> Account:
    """The account whose issuer is asked: ``name`` of the path, or the host's; raises 404 :class:`Refused`."""
    try:
        return get_account_by_name(name or account_name_of_host(request.get_host()))
    except NotFound:
        raise Refused("invalid_request", "There is no such account.", 404) from None


def _answer(request: HttpRequest, account: str, answer_request: Callable[[WireRequest], WireAnswer]) -> HttpResponse:
    answer = answer_request(
        WireRequest(
            find_issuer(request, account),
            read_form(request),
            authorization=request.headers.get("Authorization", ""),
            address=request.META.get("REMOTE_ADDR", ""),
        )
    )
    response = JsonResponse(dict(answer.body), status=answer.status)
    for name, value in answer.headers.items():
        response.headers[name] = value
    return unstored(response)
