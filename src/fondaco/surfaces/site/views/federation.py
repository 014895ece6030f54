"""Signing in through a company's own provider: the way there, the way back, and connecting a login that exists."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from fondaco.accounts.models import User
from fondaco.identity.actions import note_federation
from fondaco.identity.federation import joining
from fondaco.identity.federation.errors import ConfirmationNeeded, SignInFailed, SignInForgotten
from fondaco.identity.federation.flow import Flow, Statement, begin, finish
from fondaco.identity.models import IdentityProvider
from fondaco.identity.queries import find_company_sign_in, find_open_session
from fondaco.kit import clock
from fondaco.kit.errors import DomainError, Unavailable
from fondaco.kit.ids import new_id
from fondaco.kit.rate import check_rate
from fondaco.surfaces.site.access import public, signed_in
from fondaco.surfaces.site.sign_in import SID
from fondaco.surfaces.site.viewer import FEDERATION, HouseRequest, Viewer

_FLOWS: Final = "sign_in_flows"  # session key: state → Flow
_PENDING: Final = "sign_in_pending"  # session key: what waits for the person's password
_MOST_FLOWS: Final = 5
_PENDING_LASTS: Final = timedelta(minutes=15)
_TRIES: Final = 30  # for each address in a minute


class CompanyForm(forms.Form):
    """Which company's sign-in to use."""

    account = forms.SlugField(
        label=gettext_lazy("Account name"),
        max_length=40,
        help_text=gettext_lazy("Your organisation's short name here, like “harbour”. Your administrator knows it."),
        error_messages={
            "required": gettext_lazy("Write the account's name."),
            "invalid": gettext_lazy("A name has letters, digits and hyphens only."),
        },
        widget=forms.TextInput({"autocomplete": "organization", "autocapitalize": "none", "spellcheck": "false"}),
    )


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HouseRequest) -> HttpResponse:
    """Asks for the account's name."""
    form = CompanyForm(request.POST if request.method == "POST" else None)
    target = _next(request)
    status = int(HTTPStatus.OK)
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            return _to("site:company_sign_in", form.cleaned_data["account"].lower(), target)
    return render(request, "site/sign_in/choose.html", {"form": form, "next": target}, status=status)


@public
@never_cache
@require_safe
def show(request: HouseRequest, account: str) -> HttpResponse:
    """The company's button. A page and not a redirect, since a form's redirects may not leave this site."""
    try:
        provider = find_company_sign_in(account)
    except SignInFailed as refusal:
        return _fail(request, refusal, account="")
    context = {"provider": provider, "account": provider.account, "next": _next(request)}
    return render(request, "site/sign_in/company.html", context)


@public
@never_cache
@require_GET
def go(request: HouseRequest, account: str) -> HttpResponse:
    """Sends the browser to the provider and remembers what was asked."""
    try:
        check_rate(f"federation:{request.viewer.address}", limit=_TRIES, per=60)
        provider = find_company_sign_in(account)
        address, state, flow = begin(provider, next_path=_next(request))
    except DomainError as refusal:
        return _fail(request, refusal, account=account)
    flows = dict(request.session.get(_FLOWS) or {})
    flows[state] = flow.as_dict()
    request.session[_FLOWS] = dict(list(flows.items())[-_MOST_FLOWS:])
    return _unstored(HttpResponseRedirect(address))


@public
@never_cache
@require_GET
def come_back(request: HouseRequest, account: str) -> HttpResponse:
    """The provider's answer: checked, made into a person, and a session opened."""
    provider = None
    try:
        check_rate(f"federation:{request.viewer.address}", limit=_TRIES, per=60)
        flow = _take_flow(request)
        provider = find_company_sign_in(account)
        statement = finish(provider, flow, {key: values[0] for key, values in request.GET.lists()})
        return _unstored(_sign_in(request, provider, statement, flow.next))
    except (SignInFailed, Unavailable) as refusal:
        if provider is not None:
            joining.record_refusal(provider=provider, refusal=refusal, address=request.viewer.address)
        return _fail(request, refusal, account=account)
    except DomainError as refusal:
        return _fail(request, refusal, account=account)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@reauthentication_required  # type: ignore[untyped-decorator]  # allauth has no types
def connect_login(request: HouseRequest) -> HttpResponse:
    """Connects the company's login with that of whoever just showed their password, and says that they want it.

    Asked and not just done: whoever decides about a provider can have it name anybody, and lead a browser in which that
    person is signed in through its whole way by one link (RFC 9700 §4.7).
    """
    person = request.viewer.person
    if person is None:
        raise LookupError("this view is only for people who are signed in")
    try:
        pending = _read_pending(request)
        provider, statement = _find_stated(pending)
        if request.method != "POST" or request.POST.get("asked") != pending["id"]:  # or it was asked about another
            joining.check_is(provider=provider, statement=statement, person=person)
            context = {"provider": provider, "person": person, "asked": pending["id"]}
            return render(request, "site/sign_in/connect.html", context)
        del request.session[_PENDING]
        user = joining.connect(provider=provider, statement=statement, person=person, address=request.viewer.address)
    except DomainError as refusal:
        return _fail(request, refusal, account=str(request.session.get(_PENDING, {}).get("account", "")))
    messages.success(request, _("%(provider)s is connected with your login.") % {"provider": provider.name})
    return _open(request, user, pending["next"])


def _read_pending(request: HouseRequest) -> dict[str, Any]:
    """What waits in this browser for the person's word; raises :class:`SignInForgotten`."""
    pending: dict[str, Any] | None = request.session.get(_PENDING)
    if pending is None or "id" not in pending or request.viewer.bound_to or _is_old(pending["at"]):
        raise SignInForgotten
    return pending


def _find_stated(pending: dict[str, Any]) -> tuple[IdentityProvider, Statement]:
    """The provider that is asked about, if it is still the same, and what it said."""
    provider = find_company_sign_in(pending["account"])
    statement = Statement(**{**pending["statement"], "values": tuple(pending["statement"]["values"])})
    if statement.issuer != provider.issuer or provider.pk.hex != pending["provider"]:
        raise SignInForgotten
    return provider, statement


def _sign_in(request: HouseRequest, provider: IdentityProvider, statement: Statement, target: str) -> HttpResponse:
    try:
        user = joining.sign_in_stated(provider=provider, statement=statement, address=request.viewer.address)
    except ConfirmationNeeded as refusal:
        return _ask_for_password(request, provider, statement, target, refusal)
    return _open(request, user, target)


def _open(request: HouseRequest, user: User, target: str) -> HttpResponse:
    """Enters the account: in the session that the person has by password, or in one bound to the account."""
    person, session = request.viewer.person, None
    if person == user.person and not request.viewer.bound_to:
        session = find_open_session(user.person, request.session.get(SID, ""))
    if session is not None:
        note_federation(session=session, account_id=user.account_id)
        request.session[FEDERATION] = {"account": user.account_id, "is_bound": False}
    else:
        adapter = get_adapter(request)
        if person is not None:
            adapter.logout(request)
        request.federated_account = user.account_id  # type: ignore[attr-defined]  # read by the adapter
        adapter.login(request, user.person)
    request.viewer = Viewer(request)
    place = request.viewer.switch(f"account:{user.account_id}")
    return HttpResponseRedirect(target if target != "/home" or place is None else place.home)


def _ask_for_password(
    request: HouseRequest, provider: IdentityProvider, statement: Statement, target: str, refusal: ConfirmationNeeded
) -> HttpResponse:
    person = request.viewer.person
    if person is not None and (person.email != refusal.email or request.viewer.bound_to):
        get_adapter(request).logout(request)  # forgets the session, so before anything is kept in it
        request.viewer = Viewer(request)
        person = None
    request.session[_PENDING] = {
        "id": new_id().hex,
        "account": provider.account.name,
        "provider": provider.pk.hex,
        "statement": asdict(statement),
        "next": target,
        "at": clock.now().isoformat(),
    }
    if person is not None:
        return redirect("site:connect_login")
    context = {"refusal": refusal, "provider": provider}
    return render(request, "site/sign_in/confirm.html", context, status=refusal.status)


def _take_flow(request: HouseRequest) -> Flow:
    """What this browser remembers under the answer's ``state``; only once, whatever comes of it."""
    states = request.GET.getlist("state")
    flows: dict[str, Any] = dict(request.session.get(_FLOWS) or {})
    found = flows.pop(states[0], None) if len(states) == 1 else None
    if found is None or any(len(values) > 1 for _name, values in request.GET.lists()):
        raise SignInForgotten
    request.session[_FLOWS] = flows
    return Flow(**found)


def _fail(request: HouseRequest, refusal: DomainError, *, account: str) -> HttpResponse:
    context = {"refusal": refusal, "account_name": account}
    return _unstored(render(request, "site/sign_in/failed.html", context, status=refusal.status))


def _is_old(moment: str) -> bool:
    return clock.now() - datetime.fromisoformat(moment) > _PENDING_LASTS


def _next(request: HouseRequest) -> str:
    """Where the sign-in leads: an address of ours, else the way home."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = target.startswith("/") and url_has_allowed_host_and_scheme(target, None)
    return target if is_ours and target.isprintable() else "/home"


def _to(view: str, account: str, target: str) -> HttpResponse:
    response = redirect(view, account=account)
    if target != "/home":
        response["Location"] += "?" + urlencode({"next": target})
    return response


def _unstored(response: HttpResponse) -> HttpResponse:
    """Codes are kept by no cache, and their address is told to no third page."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
