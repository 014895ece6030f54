"""From a listing to an order: account, plan, users, consent. Each step has its address, so that going back works.

Beside the users, whoever wants to says who gets the app later without being picked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from fondaco.accounts.models import User
from fondaco.accounts.permissions import Permission
from fondaco.accounts.queries import list_roles, list_users
from fondaco.catalog.models import Plan, Version
from fondaco.catalog.queries import get_linked_version, get_listing, is_former_listing, permission_lines
from fondaco.installs.actions import Consent, install_app
from fondaco.installs.actions.installing import check_rules, check_users
from fondaco.installs.changes import at_most
from fondaco.installs.errors import AlreadyInstalled, ConsentOutdated, UsersUnusable
from fondaco.installs.offers import Offer, fingerprint, get_offer, list_installers
from fondaco.installs.orders import quote_order
from fondaco.installs.policies import find_unable
from fondaco.installs.queries import consent_text, find_installed, purchase_summary
from fondaco.kit.errors import Conflict, DomainError, Forbidden, NotFound
from fondaco.surfaces.site.access import requires, signed_in
from fondaco.surfaces.site.forms import show_refusal
from fondaco.surfaces.site.forms_auto_install import AutoInstallForm
from fondaco.surfaces.site.viewer import HouseRequest, Place, PlaceKind
from fondaco.surfaces.storefront import draft as drafts
from fondaco.surfaces.storefront.draft import Draft
from fondaco.surfaces.storefront.forms import UsersForm

_METHODS = ["GET", "HEAD", "POST"]
_MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Order:
    """Where an order stands: what is offered, and what was chosen and is still right."""

    slug: str
    by: User
    draft: Draft
    offer: Offer
    plan: Plan | None
    has_choice: bool  # of accounts

    @property
    def version(self) -> Version:
        """What would be installed."""
        return self.offer.version


def _leads_to_former(view: Callable[[HouseRequest, str], HttpResponse]) -> Callable[[HouseRequest, str], HttpResponse]:
    """Of what left the marketplace meanwhile, its page there says so. An order under way would just not be there."""

    @wraps(view)
    def stepped(request: HouseRequest, slug: str) -> HttpResponse:
        try:
            return view(request, slug)
        except NotFound:
            if is_former_listing(slug):
                return redirect("storefront:listing", slug=slug)
            raise

    return stepped


@never_cache
@signed_in
@require_http_methods(_METHODS)
@_leads_to_former
def choose_account(request: HouseRequest, slug: str) -> HttpResponse:
    """The first step. Who has one account only does not see it, and who may not order learns whom to ask."""
    draft = _begin(request, slug)
    accounts = [place for place in request.viewer.places if place.kind == PlaceKind.ACCOUNT]
    able = [place for place in accounts if Permission.APPS_INSTALL in place.permissions]
    if not able:
        request.viewer.check_way_in()
        return _closed(request, slug, draft, accounts)
    chosen = request.POST.get("account", "") if request.method == "POST" else ""
    if len(accounts) == 1:
        chosen = able[0].key
    place = next((place for place in able if place.key == chosen), None)
    if place is not None:
        request.viewer.switch(place.key)
        drafts.keep(request, slug, draft)
        return redirect("storefront:install_plan", slug=slug)
    context = {
        "slug": slug,
        "name": _name(slug, draft),
        "accounts": [(place, place in able) for place in accounts],
        "current": request.viewer.place,
        "error": _("Choose an account.") if request.method == "POST" else "",
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if request.method == "POST" else HTTPStatus.OK
    drafts.keep(request, slug, draft)
    return render(request, "storefront/install_account.html", context, status=status)


@never_cache
@requires(Permission.APPS_INSTALL)
@require_http_methods(_METHODS)
@_leads_to_former
def choose_plan(request: HouseRequest, slug: str) -> HttpResponse:
    """The trial, or a paid plan."""
    order = _load(request, slug)
    if refusal := _refuse(request, order):
        return refusal
    if request.method == "POST":
        plan = order.offer.find_plan(request.POST.get("plan", ""))
        if plan is not None:
            order.draft.plan = plan.pk.hex
            drafts.keep(request, slug, order.draft)
            return redirect("storefront:install_users", slug=slug)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if request.method == "POST" else HTTPStatus.OK
    context = {
        "plans": [(plan, order.offer.can_choose(plan)) for plan in order.offer.plans],
        "chosen": order.plan.pk if order.plan else None,
        "error": _("Choose a plan.") if request.method == "POST" else "",
    }
    return _show(request, "storefront/install_plan.html", order, 2, context, status)


@never_cache
@requires(Permission.APPS_INSTALL)
@require_http_methods(_METHODS)
@_leads_to_former
def choose_users(request: HouseRequest, slug: str) -> HttpResponse:
    """Who will use the app. The selection is kept while one searches, so nobody needs scripts to pick from many."""
    order = _load(request, slug)
    if refusal := _refuse(request, order):
        return refusal
    if order.plan is None:
        return redirect("storefront:install_plan", slug=slug)
    everyone = list(list_users(order.by.account_id))
    error = ""
    if request.method == "POST":
        form = UsersForm(request.POST)
        wish = form.cleaned_data["do"] if form.is_valid() else "keep"
        _change_selection(order, everyone, wish, request)
        drafts.keep(request, slug, order.draft)
        if wish not in {"next", "later"}:
            text = form.cleaned_data.get("q", "") if wish == "find" else request.GET.get("q", "")
            return redirect(f"{request.path}?{urlencode({'q': text})}" if text else request.path)
        try:
            check_users(order.by, order.plan, _selected(order, everyone))
        except UsersUnusable as refusal_:
            error = " ".join(refusal_.fields["users"])
        else:
            step = "storefront:install_later" if wish == "later" else "storefront:install_confirm"
            return redirect(step, slug=slug)
    return _show_users(request, order, everyone, error)


@never_cache
@requires(Permission.APPS_INSTALL)
@require_http_methods(_METHODS)
@_leads_to_former
def choose_later(request: HouseRequest, slug: str) -> HttpResponse:
    """Who follows without being picked, and what that may come to (T27). Nobody does unless this is filled in."""
    order = _load(request, slug)
    if refusal := _refuse(request, order):
        return refusal
    if order.plan is None:
        return redirect("storefront:install_plan", slug=slug)
    data = request.POST if request.method == "POST" else None
    form = AutoInstallForm(data, roles=list_roles(order.by.account_id)).begin_with(order.draft.auto_install)
    status, auto = int(HTTPStatus.OK), order.draft.auto_install
    if request.method == "POST" and form.is_valid():
        auto = form.wanted()
        try:
            check_rules(order.by, order.plan, auto)
        except UsersUnusable as refusal_:
            status = show_refusal(form, refusal_)
        else:
            order.draft.let_follow(auto)
            drafts.keep(request, slug, order.draft)
            if request.POST.get("do") == "next":
                return redirect("storefront:install_confirm", slug=slug)
    elif request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    count = len(order.draft.users)
    summary, most = purchase_summary(order.plan, count), at_most(order.plan, count, auto)
    context = {"form": form, "auto": auto, "summary": summary, "most": most, "error": ""}
    return _show(request, "storefront/install_later.html", order, 3, context, status)


@never_cache
@requires(Permission.APPS_INSTALL)
@require_http_methods(_METHODS)
@_leads_to_former
def confirm(request: HouseRequest, slug: str) -> HttpResponse:
    """What it may do, what it costs, and the order itself."""
    order = _load(request, slug)
    if refusal := _refuse(request, order):
        return refusal
    if order.plan is None:
        return redirect("storefront:install_plan", slug=slug)
    users, auto = _selected(order, list(list_users(order.by.account_id))), order.draft.auto_install
    try:
        found = quote_order(order.by, order.plan, users, auto)
    except UsersUnusable as refusal_:
        step = "storefront:install_users" if "users" in refusal_.fields else "storefront:install_later"
        return redirect(step, slug=slug)
    error, status = "", HTTPStatus.OK
    if request.method == "POST":
        try:
            return _install(request, order, order.plan, users)
        except (NotFound, Forbidden):
            raise
        except DomainError as refusal_:
            error, status = str(refusal_), HTTPStatus(refusal_.status)
    context = {
        "users": users,
        "summary": found.total,
        "permissions": permission_lines(order.version),
        "consent": consent_text(order.version),
        "auto": auto,
        "followers": auto.describe(list_roles(order.by.account_id)) if auto.admits_anybody else None,
        "most": found.most,
        "unable": found.unable,
        "seen": fingerprint(order.by, order.version, order.plan, users, auto),
        "error": error,
    }
    return _show(request, "storefront/install_confirm.html", order, 4, context, status)


@never_cache
@signed_in
@require_safe
def open_link(request: HouseRequest, app_id: str, version_id: str) -> HttpResponse:
    """An installation link: leads into the same steps, for the version that it names."""
    token = request.GET.get("t", "")
    version = get_linked_version(app_id, version_id, token)
    slug = version.app.slug
    drafts.keep(request, slug, drafts.begin_by_link(version_id, token, version.app.name))
    return redirect(f"{reverse('storefront:install', args=[slug])}?{urlencode({'version': version_id})}")


def _begin(request: HouseRequest, slug: str) -> Draft:
    """A link may bring the version and the plan along; coming from the listing starts with the published version."""
    draft = drafts.load(request, slug)
    if request.method == "POST":
        return draft
    version = request.GET.get("version", "")
    if version != draft.version:
        draft = Draft(version=version)
    draft.plan = request.GET.get("plan", "") or draft.plan
    return draft


def _load(request: HouseRequest, slug: str) -> Order:
    by = request.viewer.user
    draft = drafts.load(request, slug)
    draft.begin_for(by.account_id, by.pk)
    offer = get_offer(by, slug, draft.version, draft.token)
    accounts = sum(place.kind == PlaceKind.ACCOUNT for place in request.viewer.places)
    return Order(slug, by, draft, offer, offer.find_plan(draft.plan), has_choice=accounts > 1)


def _refuse(request: HouseRequest, order: Order) -> HttpResponse | None:
    """The page that says why this cannot be installed here (T17), if so."""
    if order.offer.installed is None and order.offer.why_not is None:
        return None
    context = {
        "name": order.version.app.name,
        "slug": order.slug,
        "installed": order.offer.installed,
        "why_not": order.offer.why_not,
        "place": request.viewer.place,
    }
    return render(request, "storefront/install_refused.html", context, status=HTTPStatus.CONFLICT)


def _closed(request: HouseRequest, slug: str, draft: Draft, accounts: list[Place]) -> HttpResponse:
    context = {
        "slug": slug,
        "name": _name(slug, draft),
        "accounts": [(place.name, list_installers(place.id)[:5]) for place in accounts[:3]],
    }
    return render(request, "storefront/install_closed.html", context, status=HTTPStatus.FORBIDDEN)


def _name(slug: str, draft: Draft) -> str:
    """The app's name for pages that come before the offer is known; a version that is not public is not named."""
    return draft.name if draft.version else get_listing(slug).listing.display_name


def _change_selection(order: Order, everyone: list[User], wish: str, request: HouseRequest) -> None:
    known = {user.pk for user in everyone}
    shown = set(request.POST.get("shown", "").split()) & known
    ticked = set(request.POST.getlist("users")) & known
    if wish == "all":
        ticked = {user.pk for user in _matching(everyone, request.GET.get("q", ""))} | ticked
    elif wish == "none":
        shown, ticked = known, set()
    order.draft.choose_users(shown=shown, ticked=ticked)
    order.draft.users = sorted({*(set(order.draft.users) & known), order.by.pk})


def _show_users(request: HouseRequest, order: Order, everyone: list[User], error: str) -> HttpResponse:
    assert order.plan is not None  # the view sent everyone else to the step before
    text = request.GET.get("q", "")
    found = _matching(everyone, text)
    chosen = set(order.draft.users)
    selected = _selected(order, everyone)
    found.sort(key=lambda user: user.pk != order.by.pk)
    context = {
        "text": text,
        "shown": found[:_MOST_SHOWN],
        "more": max(0, len(found) - _MOST_SHOWN),
        "chosen": chosen,
        "selected": selected,
        "everyone": len(everyone),
        "unable": find_unable(selected),
        "has_rules": order.draft.auto_install.admits_anybody,
        "launches": Permission.APPS_LAUNCH,
        "summary": purchase_summary(order.plan, len(selected)),
        "error": error,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK
    return _show(request, "storefront/install_users.html", order, 3, context, status)


def _selected(order: Order, everyone: list[User]) -> list[User]:
    chosen = set(order.draft.users)
    return [user for user in everyone if user.pk in chosen]


def _matching(everyone: list[User], text: str) -> list[User]:
    wanted = text.casefold().strip()
    return [u for u in everyone if wanted in f"{u.person.name} {u.person.email} {u.role.name}".casefold()]


def _install(request: HouseRequest, order: Order, plan: Plan, users: list[User]) -> HttpResponse:
    auto = order.draft.auto_install
    if request.POST.get("seen") != fingerprint(order.by, order.version, plan, users, auto):
        raise ConsentOutdated
    if request.POST.get("agreed") != "yes":
        raise Conflict(_("Nothing was ordered yet. Tick that you agree, then install."))
    try:
        install_app(
            actor=request.viewer.actor,
            by=order.by,
            version=order.version,
            plan=plan,
            users=users,
            consent=Consent(scopes=tuple(order.version.technical.scopes), text=consent_text(order.version)),
            auto_install=auto,
            link=order.draft.token,
        )
    except AlreadyInstalled:
        installed = find_installed(order.by.account_id, order.version.app_id)
        if installed is None:
            raise
        messages.info(request, _("%(app)s was ordered already.") % {"app": order.version.app.name})
        return redirect("console:installation", installation_id=installed.pk.hex)
    drafts.drop(request, order.slug)
    messages.success(
        request,
        _("%(app)s is ordered. It is ready as soon as %(company)s confirms, usually within seconds.")
        % {"app": order.version.app.name, "company": order.version.app.partner.name},
    )
    return redirect("console:my_apps")


def _show(
    request: HouseRequest, template: str, order: Order, step: int, context: dict[str, Any], status: int
) -> HttpResponse:
    return render(request, template, {"order": order, "step": step, **context}, status=status)
