"""What a manager wants of an installed app, whether that can be, and what it would cost, before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fondaco.accounts.models import User
from fondaco.accounts.queries import list_roles
from fondaco.catalog.models import Plan
from fondaco.installs import snapshots
from fondaco.installs.auto_install import AutoInstall, find_rule_problems, least
from fondaco.installs.errors import PlanElsewhere, SettingsUnusable, TrialUsed
from fondaco.installs.models import Installation
from fondaco.installs.policies import find_misfits, find_unable
from fondaco.installs.queries import PurchaseSummary, purchase_summary
from fondaco.installs.rules import rules_of
from fondaco.installs.snapshots import Snapshot
from fondaco.kit.money import Money

_TOO_LATE: Final = gettext_lazy(
    "A trial of %(app)s begins when the app is installed, and never again. Nothing was changed. Choose a paid plan."
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The whole of what is wanted. ``licences`` is how many are bought; some may be without a user."""

    plan: Plan
    users: Sequence[User]
    licences: int
    auto_install: AutoInstall | None = None  # None: as it is


@dataclass(frozen=True, slots=True)
class Quote:
    """What a change comes to. ``added`` is what a month costs more, and less than nothing when it costs less."""

    now: PurchaseSummary
    then: PurchaseSummary
    adding: tuple[User, ...]
    removing: tuple[User, ...]
    unable: tuple[User, ...]  # of those added: their role may not open apps
    mark: str  # of what is in force now
    rules_now: AutoInstall
    rules_then: AutoInstall
    most: PurchaseSummary | None  # what rules may bring it to; None when they add to nothing

    @property
    def added(self) -> Money:
        return self.then.monthly_total - self.now.monthly_total

    @property
    def is_change(self) -> bool:
        """Whether anything would be different."""
        return bool(self.adding or self.removing or self.now != self.then or self.rules_now != self.rules_then)


def quote(by: User, installation: Installation, wanted: Settings) -> Quote:
    """What the change would come to; refuses what :func:`update_settings` would refuse about the settings."""
    check_settings(by, installation, wanted)
    held = {licence.user_id: licence.user for licence in installation.licences.select_related("user__person")}
    chosen = {user.pk for user in wanted.users}
    adding = tuple(user for user in wanted.users if user.pk not in held)
    rules_now = rules_of(installation)
    rules_then = rules_now if wanted.auto_install is None else wanted.auto_install
    return Quote(
        now=purchase_summary(installation.plan, installation.total_licences),
        then=purchase_summary(wanted.plan, wanted.licences),
        adding=adding,
        removing=tuple(user for user_id, user in held.items() if user_id not in chosen),
        unable=find_unable(adding),
        mark=snapshots.mark(snapshots.take(installation)),
        rules_now=rules_now,
        rules_then=rules_then,
        most=at_most(wanted.plan, wanted.licences, rules_then),
    )


def at_most(plan: Plan, licences: int, auto: AutoInstall) -> PurchaseSummary | None:
    """What the rules may bring the purchase to by themselves (T27); None when they buy nothing beyond ``licences``."""
    cap = least(auto.cap, plan.max_licences)
    if not auto.admits_anybody or cap is None or cap <= licences:
        return None
    return purchase_summary(plan, cap)


def check_settings(by: User, installation: Installation, wanted: Settings) -> None:
    """The people fit the account, the licences the people and the plan, and the plan the installed version."""
    if wanted.plan.version_id != installation.version_id:
        raise PlanElsewhere
    if wanted.plan.is_trial and not can_keep_trial(installation, wanted.plan):
        raise TrialUsed(_TOO_LATE, app=installation.app.name)
    fields = {"users": find_misfits(by.account_id, wanted.users), "licences": _find_limits(wanted)}
    installer = installation.installed_by
    if installer.is_active and installer.pk not in {user.pk for user in wanted.users}:
        name = {"name": installer.person.name}
        fields["users"].append(_("%(name)s installed the app and keeps a licence.") % name)
    if wanted.auto_install is not None:
        fields |= find_rule_problems(wanted.auto_install, list(list_roles(by.account_id)), wanted.plan)
    if found := {name: problems for name, problems in fields.items() if problems}:
        raise SettingsUnusable(fields=found)


def can_keep_trial(installation: Installation, plan: Plan) -> bool:
    """Whether the installation is on this trial and the trial is not over; none is ever begun by a change."""
    return plan.pk == installation.plan_id and installation.client.may_sign_users_in


def explain_no_trial(installation: Installation) -> Promise:
    """Why a trial is not to be had by a change, whether the account has tried the app or not."""
    over, never = gettext_lazy("The trial is over."), gettext_lazy("A trial begins when an app is installed.")
    return over if installation.plan.is_trial else never


def propose(current: Snapshot, wanted: Settings) -> Snapshot:
    """The snapshot that would be in force."""
    proposed: Snapshot = {
        **current,
        "plan": wanted.plan.pk.hex,
        "total_licences": wanted.licences,
        "users": sorted(user.pk for user in wanted.users),
    }
    if wanted.auto_install is not None:
        proposed["auto_install"] = list(wanted.auto_install.rules)
        proposed["auto_install_cap"] = wanted.auto_install.cap
    return proposed


def _find_limits(wanted: Settings) -> list[str]:
    plan, count = wanted.plan, wanted.licences
    if count < len(wanted.users):
        needed = {"count": len(wanted.users)}
        return [_("There are %(count)d people, and each needs a licence.") % needed]
    if count < plan.min_licences:
        return [_("The plan %(plan)s needs at least %(count)d.") % {"plan": plan.name, "count": plan.min_licences}]
    if plan.max_licences is not None and count > plan.max_licences:
        return [_("The plan %(plan)s allows at most %(count)d.") % {"plan": plan.name, "count": plan.max_licences}]
    return []
