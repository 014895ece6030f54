"""The issuer's pages for people, and what it publishes. What is allowed is ``fondaco.identity``'s business."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import render

from fondaco.accounts.models import Account, Person
from fondaco.accounts.queries import get_account_by_name
from fondaco.identity.actions import start_login_session
from fondaco.identity.discovery import describe_issuer
from fondaco.identity.errors import NoSeat
from fondaco.identity.issuer import account_name_of_host, is_only_issuer, sign_in_url
from fondaco.identity.models import LoginSession
from fondaco.identity.protocol.authorization_endpoint import (
    Authorization,
    grant_authorization,
    read_authorization,
    refuse_broken,
    refuse_silently,
)
from fondaco.identity.protocol.requests import WireRequest
from fondaco.identity.queries import find_open_session
from fondaco.identity.signing_keys import published_keys
from fondaco.kit.errors import DomainError
from fondaco.surfaces.idp import proof
from fondaco.surfaces.idp.programs import find_issuer
from fondaco.surfaces.site.oauth_endpoints import (
    Refused,
    admit_fault,
    oauth_endpoint,
    open_to_reading,
    read_form,
    unstored,
)
from fondaco.surfaces.site.resuming import go_on
from fondaco.surfaces.site.second_factor import find_owed
from fondaco.surfaces.site.sign_in import SID
from fondaco.surfaces.site.viewer import HouseRequest

_LONGEST_QUERY: Final = 8192  # characters


@oauth_endpoint("GET", "POST", is_for_people=True)
def authorize(request: HouseRequest, account: str = "") -> HttpResponseBase:
    """Sends a signed-in person back to the app with a code, others to the sign-in page first (DOMAIN 3.3).

    A browser is known at the site only. At an issuer with a host of its own it is sent there, which shows nothing.
    What a form brings (OpenID Connect Core §3.1.2.1) is asked for anew in the address: browsers show who they are only
    to what they open from another site, and signing in leads back to an address.
    """
    tenant = _find_account(request, account)
    if request.method == "POST":
        return unstored(HttpResponseRedirect(_ask_by_address(request), status=HTTPStatus.SEE_OTHER))
    authorization = read_authorization(
        WireRequest(tenant, dict(request.GET.lists()), address=request.META.get("REMOTE_ADDR", ""))
    )
    if authorization.refusal:
        return _send_away(authorization.refusal)
    if is_only_issuer(request.get_host(), tenant):
        return _send_away(_with_query(sign_in_url(tenant), request))
    try:
        return _answer(request, tenant, authorization)
    except DomainError:
        raise
    except Exception:  # the app is known by now, and its user is sent back to it whatever happens
        fault = admit_fault(request)
        return _send_away(refuse_broken(authorization, fault.description))


def _answer(request: HouseRequest, tenant: Account, authorization: Authorization) -> HttpResponseBase:
    person = request.viewer.person
    session = _find_session(request, person) if person else None
    proved_at = proof.last_proof(request, session)
    must_prove = authorization.wants_proof(authenticated_at=proved_at) and not proof.was_given(request, proved_at)
    if person is None or session is None or must_prove:
        if authorization.is_silent or (session and not proof.can_be_given(request)):
            return _send_away(refuse_silently(authorization))
        if must_prove:
            proof.remember_asking(request, proved_at)
        return _to_sign_in(request, tenant, "account_reauthenticate" if session else settings.LOGIN_URL)
    if owed := find_owed(request):
        if authorization.is_silent:
            return _send_away(refuse_silently(authorization))
        return _to_sign_in(request, tenant, owed)
    try:
        address = grant_authorization(authorization, person=person, login_session=session, authenticated_at=proved_at)
    except NoSeat as refusal:
        return render(request, "idp/no_seat.html", {"refusal": refusal, "account": tenant}, status=refusal.status)
    proof.forget_asking(request)
    return _send_away(address)


@oauth_endpoint("GET", is_for_people=True)
def resume(request: HouseRequest, account: str = "") -> HttpResponseBase:
    """Where the sign-in form leads: on to ``authorize``."""
    return unstored(go_on(request, _with_query(_path_of(sign_in_url(_find_account(request, account))), request)))


@oauth_endpoint("GET", "HEAD")
def discovery(request: HouseRequest, account: str = "") -> HttpResponseBase:
    """What this issuer can do (OpenID Connect Discovery §3)."""
    return _for_everyone(describe_issuer(find_issuer(request, account)))


@oauth_endpoint("GET", "HEAD")
def jwks(request: HouseRequest, account: str = "") -> HttpResponseBase:
    """The keys that verify our signatures; the same for all accounts."""
    find_issuer(request, account)
    return _for_everyone({"keys": published_keys()})


def _find_account(request: HttpRequest, name: str) -> Account:
    return get_account_by_name(name or account_name_of_host(request.get_host()))


def _find_session(request: HouseRequest, person: Person) -> LoginSession | None:
    """The open session behind the browser's; one that was ended elsewhere signs the browser out, too."""
    if session_id := request.session.get(SID):
        session = find_open_session(person, session_id)
        if session is None:
            logout(request)
        return session
    session = start_login_session(
        actor=request.viewer.actor,
        person=person,
        address=request.META.get("REMOTE_ADDR", ""),
        device=request.headers.get("User-Agent", ""),
    )
    request.session[SID] = session.pk.hex
    return session


def _to_sign_in(request: HttpRequest, account: Account, page: str) -> HttpResponse:
    """To the sign-in page, or to one where a person who is signed in proves more, and back here afterwards."""
    resume_path = _path_of(sign_in_url(account)).replace("/oauth/authorize", "/oauth/resume", 1)
    return unstored(redirect_to_login(_with_query(resume_path, request), login_url=page))


def _ask_by_address(request: HttpRequest) -> str:
    query = urlencode(read_form(request), doseq=True)
    if len(query) > _LONGEST_QUERY:
        raise Refused("invalid_request", "The request is too long.")
    return f"{request.path}?{query}"


def _path_of(url: str) -> str:
    """The path of one of our addresses, on the host that the browser already is on."""
    return urlsplit(url).path


def _with_query(address: str, request: HttpRequest) -> str:
    """``address`` with the request's query as it came."""
    query = request.META.get("QUERY_STRING", "")
    return f"{address}?{query}" if query else address


def _send_away(address: str) -> HttpResponse:
    return unstored(HttpResponseRedirect(address))


def _for_everyone(body: dict[str, Any]) -> HttpResponseBase:
    return open_to_reading(JsonResponse(body, headers={"Cache-Control": "public, max-age=300"}))
