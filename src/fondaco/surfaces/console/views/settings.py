"""The settings of an installed app: people, plan, licences; first what a change comes to, then the change.

Nothing is kept between the pages but what the form carries: the people chosen so far, and what was in force when the
manager began.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from fondaco.accounts.models import User
from fondaco.accounts.permissions import Permission
from fondaco.accounts.queries import list_users
from fondaco.catalog.models import Plan
from fondaco.installs import snapshots
from fondaco.installs.actions import update_settings
from fondaco.installs.changes import Settings, can_keep_trial, explain_no_trial, quote
from fondaco.installs.errors import NothingToChange
from fondaco.installs.models import Installation
from fondaco.installs.policies import check_can_change, find_unable
from fondaco.installs.queries import get_open_operation
from fondaco.kit.errors import DomainError, Forbidden, Invalid, NotFound
from fondaco.surfaces.console.views.installation import manage
from fondaco.surfaces.site.access import signed_in
from fondaco.surfaces.site.viewer import HouseRequest

_MOST_SHOWN = 100
_MOST_NAMED = 5
_MOST_LICENCES = 1_000_000


@dataclass
class Wish:
    """What the form says so far."""

    everyone: Sequence[User]
    plan: Plan
    licences: int
    chosen: set[str]
    seen: str
    typed_licences: str = ""  # as they were typed, when that is no number
    trial_days_left: int | None = None
    text: str = ""
    errors: dict[str, list[str]] = field(default_factory=dict)

    @property
    def users(self) -> list[User]:
        return [user for user in self.everyone if user.pk in self.chosen]

    def settings(self) -> Settings:
        """More people than licences raise these."""
        self.licences = max(self.licences, len(self.users))
        return Settings(self.plan, self.users, self.licences)


@never_cache
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HouseRequest, installation_id: str) -> HttpResponse:
    """The form, what it comes to, and the change itself."""
    item = manage(request, installation_id)
    installation = item.installation
    is_waiting = get_open_operation(installation) is not None
    if is_waiting and request.method != "POST":  # who posts is told whose change came first, and keeps what they typed
        messages.info(request, _("A change is under way. Settings can be changed when it is done."))
        return redirect("console:installation", installation_id=installation_id)
    if not is_waiting:
        check_can_change(installation)
    by = request.viewer.user
    wish = _begin(by, installation)
    wish.trial_days_left = item.trial_days_left
    if request.method != "POST":
        return _show(request, installation, wish)
    _read(wish, installation, request.POST)
    if wish.errors or request.POST.get("do") not in {"review", "send"}:
        return _show(request, installation, wish)
    try:
        return _send(request, by, installation, wish)
    except (NotFound, Forbidden):
        raise
    except Invalid as refusal:
        wish.errors = dict(refusal.fields) or {"plan": [str(refusal)]}
        return _show(request, installation, wish)
    except DomainError as refusal:
        wish.errors, wish.seen = {"": [str(refusal)]}, _mark(installation)
        return _show(request, installation, wish, HTTPStatus(refusal.status))


def _send(request: HouseRequest, by: User, installation: Installation, wish: Wish) -> HttpResponse:
    settings = wish.settings()
    if request.POST.get("do") == "send":
        update_settings(actor=request.viewer.actor, by=by, installation=installation, wanted=settings, seen=wish.seen)
        goes_on, comes_back = (
            _("%(app)s is being changed. People go on using it meanwhile."),
            _("%(app)s is being changed. People get in again once it is confirmed."),
        )
        words = goes_on if installation.can_be_launched else comes_back
        messages.success(request, words % {"app": installation.app.name})
        held = set(installation.licences.values_list("user_id", flat=True))
        _warn_of_unable(request, find_unable(user for user in settings.users if user.pk not in held))
        return redirect("console:installation", installation_id=installation.pk.hex)
    found = quote(by, installation, settings)
    if not found.is_change:
        raise NothingToChange(app=installation.app.name)
    context = {
        "installation": installation,
        "quote": found,
        "plan_id": wish.plan.pk.hex,
        "licences": wish.licences,
        "chosen": sorted(user.pk for user in settings.users),
        "held": installation.licences.count(),
    }
    return render(request, "console/settings_review.html", context)


def _warn_of_unable(request: HouseRequest, unable: Sequence[User]) -> None:
    if unable:
        words = _("These people get a licence, but their role may not open apps: %(names)s.")
        messages.warning(request, words % {"names": ", ".join(user.person.name for user in unable[:_MOST_NAMED])})


def _begin(by: User, installation: Installation) -> Wish:
    """What is in force."""
    open_plans = [plan for plan, closed in _plans(installation) if not closed]
    return Wish(
        everyone=list(list_users(by.account_id)),
        plan=installation.plan if installation.plan in open_plans else open_plans[0],
        licences=installation.total_licences,
        chosen=set(installation.licences.values_list("user_id", flat=True)),
        seen=_mark(installation),
    )


def _read(wish: Wish, installation: Installation, form: QueryDict) -> None:
    """Takes over what was sent; what makes no sense is left as it is, and said."""
    known = {user.pk for user in wish.everyone}
    wish.seen, wish.text = form.get("seen", ""), form.get("q", "")[:100]
    chosen = set(form.get("chosen", "").split()) & known
    if "shown" in form:
        chosen = (chosen - set(form.get("shown", "").split())) | (set(form.getlist("users")) & known)
    if form.get("do") == "all":
        chosen |= {user.pk for user in _matching(wish.everyone, wish.text)}
    elif form.get("do") == "none":
        chosen = set()
    if set(form.getlist("users")) - known:
        wish.errors["users"] = [_("Somebody you chose is not in this account any more. Look at the list again.")]
    wish.chosen = chosen | ({installation.installed_by_id} & known)
    plan = next((plan for plan, closed in _plans(installation) if plan.pk.hex == form.get("plan") and not closed), None)
    if plan is None:
        wish.errors["plan"] = [_("Choose a plan.")]
    else:
        wish.plan = plan
    text = form.get("licences", "").strip()
    if text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= _MOST_LICENCES and len(text) <= 9:
        wish.licences = int(text)
    else:
        wish.typed_licences = text
        limits = {"most": f"{_MOST_LICENCES:,}"}
        wish.errors["licences"] = [_("Write a whole number from 1 to %(most)s.") % limits]


def _show(
    request: HouseRequest, installation: Installation, wish: Wish, status: HTTPStatus | None = None
) -> HttpResponse:
    found = _matching(wish.everyone, wish.text)
    found.sort(key=lambda user: user.pk not in wish.chosen)
    context: Mapping[str, Any] = {
        "installation": installation,
        "plans": _plans(installation),
        "chosen_plan": wish.plan.pk,
        "licences": wish.typed_licences or wish.licences,
        "shown": found[:_MOST_SHOWN],
        "more": max(0, len(found) - _MOST_SHOWN),
        "chosen": sorted(wish.chosen),
        "selected": len(wish.users),
        "everyone": len(wish.everyone),
        "text": wish.text,
        "launches": Permission.APPS_LAUNCH,
        "fixed": installation.installed_by_id,
        "seen": wish.seen,
        "trial_days_left": wish.trial_days_left,
        "errors": wish.errors,
    }
    status = status or (HTTPStatus.UNPROCESSABLE_ENTITY if wish.errors else HTTPStatus.OK)
    return render(request, "console/settings.html", context, status=status)


def _plans(installation: Installation) -> list[tuple[Plan, str | None]]:
    """The plans of the installed version; a trial can be kept while it runs, but not begun again."""
    why_not = str(explain_no_trial(installation))
    return [
        (plan, why_not if plan.is_trial and not can_keep_trial(installation, plan) else None)
        for plan in installation.version.plans.all()
    ]


def _mark(installation: Installation) -> str:
    return snapshots.mark(snapshots.take(installation))


def _matching(everyone: Sequence[User], text: str) -> list[User]:
    words = text.casefold().split()
    return [
        user
        for user in everyone
        if all(word in f"{user.person.name} {user.person.email} {user.role.name}".casefold() for word in words)
    ]
