"""One app of the account: how it stands, who uses it, what it costs, what happened; trying again and removing it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fondaco.accounts.models import User
from fondaco.accounts.permissions import Permission
from fondaco.accounts.queries import list_roles
from fondaco.catalog.queries import permission_lines
from fondaco.installs import actions
from fondaco.installs.badges import LOOKS, Badge, Look
from fondaco.installs.errors import NotRetryable
from fondaco.installs.history import is_unreached, list_history
from fondaco.installs.models import Operation, Trial
from fondaco.installs.newer import is_by_hand
from fondaco.installs.policies import check_can_force
from fondaco.installs.proposals import Proposal, list_people, read_proposal
from fondaco.installs.queries import (
    InstalledApp,
    get_installation,
    get_open_operation,
    list_operations,
    list_users_of,
    purchase_summary,
)
from fondaco.installs.states import CHANGES, MOVING, InstallationStatus, OperationKind
from fondaco.installs.ways import Situation, Way, customer_ways
from fondaco.kit import clock
from fondaco.kit.errors import DomainError, Forbidden
from fondaco.messaging.queries import list_latest_changes, sum_up_sign_outs
from fondaco.support.policies import list_askers
from fondaco.surfaces.console.forms import ForceForm, ReasonForm
from fondaco.surfaces.console.tiles import TONES
from fondaco.surfaces.console.timeline import is_being_tried, make_lines, mark_of, was_missed
from fondaco.surfaces.site.access import enter, signed_in
from fondaco.surfaces.site.forms import show_refusal
from fondaco.surfaces.site.viewer import HouseRequest, PlaceKind

_METHODS = ["GET", "HEAD", "POST"]
_MOST_NAMES = 200
_MOST_LINES = 20  # the rest is in the whole timeline
_RECENTLY = timedelta(days=30)
_FRESH = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Standing:
    """How the installation stands and what the viewer can do about it."""

    status: InstallationStatus
    look: Look | None  # None once it is gone
    tone: str
    operation: Operation | None
    is_moving: bool  # the page looks for news by itself
    is_removal: bool  # the open operation is one
    is_fresh: bool  # what is open was asked for a moment ago, so that what usually happens may still happen
    why: object  # why it failed, in plain words
    can_retry: bool
    can_remove: bool
    can_force: bool
    can_change: bool
    is_broken: bool  # a failed update
    is_by_hand: bool  # people carry out what is open
    needs_support: bool  # it is, and the viewer may ask


@dataclass(frozen=True, slots=True)
class Wanted:
    """The change that waits, or has failed; ``rules`` are those of both sides in words."""

    proposal: Proposal
    rules: tuple[str, str]
    is_automatic: bool  # nobody asked for it by hand


@never_cache
@signed_in
@require_safe
def show(request: HouseRequest, installation_id: str) -> HttpResponse:
    """The page. It asks by itself to have one tried at once that could not be reached (FAQ 16)."""
    item = _find(request, installation_id)
    installation = item.installation
    operations = list(list_operations(installation))
    standing = _standing(item, operations, may_ask=request.viewer.can(Permission.SUPPORT_ASK))
    deliveries = list_latest_changes(installation, _MOST_LINES) if item.can_manage else []
    lines = make_lines(list_history(installation, operations), deliveries, item.now)[:_MOST_LINES]
    is_unsent = is_unreached(installation, standing.operation)
    is_tried = is_unsent and (not request.htmx or is_being_tried(lines))  # a page that is loaded asks for it
    mark = f"{installation.status}-{mark_of(lines)}-{standing.is_fresh:d}{is_tried:d}"
    if request.htmx and request.GET.get("mark") == mark:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    holders, change = list_users_of(installation, standing.operation), _find_change(operations, standing)
    users, moved = list_people(holders, change, _MOST_NAMES) if item.can_manage else ([], [])
    wanted = _wanted(item, change, moved) if item.can_manage and change else None
    counts_sign_outs = item.can_manage and wanted is None  # the page has its limit of questions
    context = {
        "item": item,
        "installation": installation,
        "standing": standing,
        "wanted": wanted,
        "trial": _trial(item),
        "users": users,
        "held": _count_held(users, holders, standing.operation),
        "launches": Permission.APPS_LAUNCH,
        "summary": purchase_summary(installation.plan, installation.total_licences),
        "permissions": permission_lines(installation.version),
        "lines": lines,
        "is_usual": standing.is_fresh and not was_missed(lines),
        "sign_outs": sum_up_sign_outs(installation, since=clock.now() - _RECENTLY) if counts_sign_outs else None,
        "askers": list_askers(installation.account_id) if standing.is_broken and not standing.needs_support else [],
        "mark": mark,
        "is_unreached": is_unsent,
        "is_tried": is_tried,
        "is_untold": standing.operation is not None and was_missed(lines, standing.operation.pk),
    }
    return render(request, "console/installation_state.html" if request.htmx else "console/installation.html", context)


@require_POST
@signed_in
def retry(request: HouseRequest, installation_id: str) -> HttpResponse:
    """Tries a failed, declined or unanswered installation again. A page that was loaded asks for it quietly."""
    item = _find(request, installation_id)
    try:
        actions.retry_installation(actor=request.viewer.actor, by=request.viewer.user, installation=item.installation)
    except NotRetryable:  # it came about meanwhile, which nobody has to be told who did not ask
        if not request.htmx:
            raise
    if request.htmx:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    messages.success(request, _("%(app)s was asked again.") % {"app": item.installation.app.name})
    return redirect("console:installation", installation_id=installation_id)


@never_cache
@signed_in
@require_http_methods(_METHODS)
def uninstall(request: HouseRequest, installation_id: str) -> HttpResponse:
    """Removes an app for everyone, with a reason. One that never worked goes at once and needs none."""
    item = manage(request, installation_id)
    if item.installation.is_gone and request.method != "POST":
        messages.info(request, _("%(app)s was removed already.") % {"app": item.installation.app.name})
        return redirect("console:installation", installation_id=installation_id)
    if not item.installation.has_worked:
        return _cancel(request, item)
    is_open = request.method != "POST" and get_open_operation(item.installation)  # who posts keeps what they typed
    if is_open:
        is_removal = is_open.kind == OperationKind.UNINSTALL
        soon = _("A change is under way. The app can be removed when it is done.")
        messages.info(request, _("It is being removed already.") if is_removal else soon)
        return redirect("console:installation", installation_id=installation_id)
    # The page of an app that never worked asks for no reason: this one was confirmed while somebody looked at it.
    is_late = request.method == "POST" and not {"reason", "reason_type"} & request.POST.keys()
    form = ReasonForm(request.POST if request.method == "POST" and not is_late else None)
    status = int(HTTPStatus.CONFLICT if is_late else HTTPStatus.OK)
    if request.method == "POST" and not is_late:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            try:
                actions.uninstall_app(
                    actor=request.viewer.actor,
                    by=request.viewer.user,
                    installation=item.installation,
                    reason_type=form.cleaned_data["reason_type"],
                    reason=form.cleaned_data["reason"],
                )
            except DomainError as refusal:
                status = show_refusal(form, refusal)
            else:
                messages.success(request, _("%(app)s is being removed.") % {"app": item.installation.app.name})
                return redirect("console:my_apps")
    context = {**_removed(item), "form": form, "has_worked": True, "is_forced": False, "is_late": is_late}
    return render(request, "console/uninstall.html", context, status=status)


@never_cache
@signed_in
@require_http_methods(_METHODS)
def force_uninstall(request: HouseRequest, installation_id: str) -> HttpResponse:
    """Removes an app at once, whatever its state; only where the operator switched that on (DOMAIN 7.9)."""
    item = manage(request, installation_id)
    check_can_force(request.viewer.user, item.installation)
    form, status = ForceForm(request.POST if request.method == "POST" else None), int(HTTPStatus.OK)
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            actor, by, reason = request.viewer.actor, request.viewer.user, form.cleaned_data["reason"]
            try:
                actions.force_uninstall_app(actor=actor, by=by, installation=item.installation, reason=reason)
            except DomainError as refusal:
                status = show_refusal(form, refusal)
            else:
                return _gone(request, item)
    context = {**_removed(item), "form": form, "has_worked": True, "is_forced": True}
    return render(request, "console/uninstall.html", context, status=status)


def _find(request: HouseRequest, installation_id: str) -> InstalledApp:
    """The app as the viewer may see it; a stranger's does not exist."""
    place = enter(request, PlaceKind.ACCOUNT)
    if place.user is None or not place.user.can(Permission.APPS_VIEW):
        raise Forbidden
    return get_installation(place.user, installation_id)


def manage(request: HouseRequest, installation_id: str) -> InstalledApp:
    """The same, for who may change it."""
    item = _find(request, installation_id)
    if not item.can_manage:
        raise Forbidden(_("Your role may not manage apps. Nothing was changed. Ask an administrator of your account."))
    return item


def _cancel(request: HouseRequest, item: InstalledApp) -> HttpResponse:
    if request.method == "POST":
        actions.cancel_installation(actor=request.viewer.actor, by=request.viewer.user, installation=item.installation)
        return _gone(request, item)
    context = {**_removed(item), "form": None, "has_worked": False, "is_forced": False}
    return render(request, "console/uninstall.html", context)


def _removed(item: InstalledApp) -> dict[str, Any]:
    """What goes, and how many people lose it: unassigned licences are nobody's."""
    losing = item.installation.licences.count()
    return {"item": item, "installation": item.installation, "losing": losing, "is_late": False}


def _gone(request: HouseRequest, item: InstalledApp) -> HttpResponse:
    messages.success(request, _("%(app)s was removed.") % {"app": item.installation.app.name})
    return redirect("console:my_apps")


def _standing(item: InstalledApp, operations: list[Operation], *, may_ask: bool) -> Standing:
    installation = item.installation
    operation = next((operation for operation in operations if operation.is_open), None)
    badge = item.badges[0] if item.badges else None
    look = LOOKS[badge] if badge else None
    kind = OperationKind(operation.kind) if operation else None
    status = InstallationStatus(installation.status)
    situation = Situation(status, installation.has_worked, kind, installation.is_cut_off)
    may_force = Badge.FORCE_UNINSTALL in item.badges
    ways = customer_ways(situation, may_force=may_force) if item.can_manage else frozenset()
    return Standing(
        status=status,
        look=look,
        tone=TONES[look.tone] if look else "mute",
        operation=operation,
        is_moving=operation is not None or status in MOVING,
        is_removal=operation is not None and operation.kind == OperationKind.UNINSTALL,
        is_fresh=operation is not None and clock.now() - operation.created_at < _FRESH,
        why=installation.reason,
        can_retry=Way.RETRY in ways and operation is None,  # one that is open is tried by opening the page
        can_remove=bool(ways & {Way.CANCEL, Way.UNINSTALL}),
        can_force=Way.FORCE in ways,
        can_change=Way.CHANGE in ways,
        is_broken=situation.is_broken,
        is_by_hand=is_by_hand(installation, operation),
        needs_support=situation.is_broken and may_ask,
    )


def _count_held(users: list[User], holders: QuerySet[User], operation: Operation | None) -> int:
    """How many have a licence, or will have one; asked only where not all are shown and nobody wrote it down."""
    if len(users) < _MOST_NAMES:
        return len(users)
    return len(operation.proposed["users"]) if operation and operation.kind in CHANGES else holders.count()


def _find_change(operations: list[Operation], standing: Standing) -> Operation | None:
    """What managers wait for, or what support is to mend."""
    broken = next((operation for operation in operations if operation.is_broken), None) if standing.is_broken else None
    operation = standing.operation or broken
    return operation if operation and operation.kind in CHANGES else None


def _wanted(item: InstalledApp, operation: Operation, moved: list[User]) -> Wanted:
    """The same in names."""
    proposal = read_proposal(item.installation, operation, moved)
    before, after = proposal.rules
    roles = list(list_roles(item.installation.account_id)) if before != after else []
    return Wanted(proposal, (before.describe(roles), after.describe(roles)), operation.is_automatic)


def _trial(item: InstalledApp) -> Trial | None:
    trial: Trial | None = getattr(item.installation, "trial", None)
    return trial
