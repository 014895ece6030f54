"""What moving an installed app to a newer version comes to, before anything is written (DOMAIN 5.7)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from fondaco.accounts.models import User
from fondaco.catalog.data_fields import DATA_FIELDS, describe_permission
from fondaco.catalog.models import Plan, Version
from fondaco.catalog.queries import permission_lines
from fondaco.catalog.queries.listing import PermissionLine, lines_for
from fondaco.catalog.scopes import IMPLICIT, SCOPES
from fondaco.installs import snapshots
from fondaco.installs.changes import explain_no_trial
from fondaco.installs.errors import NotUpgradable
from fondaco.installs.models import Installation
from fondaco.installs.newer import find_newer
from fondaco.installs.policies import check_can_manage
from fondaco.installs.queries import PurchaseSummary, purchase_summary
from fondaco.installs.snapshots import Snapshot
from fondaco.kit.money import Money


@dataclass(frozen=True, slots=True)
class PlanChoice:
    """A plan of the newer version as this installation would have it. ``why_not`` is empty when it can be chosen."""

    plan: Plan
    licences: int
    then: PurchaseSummary
    added: Money  # what a month costs more, less than nothing when it costs less
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Upgrade:
    """Everything that a manager reads before they consent. ``mark`` stands for all of it."""

    installation: Installation
    version: Version
    choices: tuple[PlanChoice, ...]
    suggested: Plan | None  # the one that takes the place of the plan in force; None: somebody has to choose
    gained: tuple[PermissionLine, ...]
    lost: tuple[PermissionLine, ...]
    kept: tuple[PermissionLine, ...]
    now: PurchaseSummary
    current: Snapshot
    consent: str
    mark: str

    @property
    def notes(self) -> str:
        """What its maker says is new."""
        return self.version.technical.release_notes

    @property
    def is_by_hand(self) -> bool:
        """Whether people at its maker carry it out."""
        return self.version.technical.is_manually_provisioned

    def find_choice(self, plan_id: str) -> PlanChoice | None:
        """The choice with this plan's wire id, if it can be made."""
        return next((each for each in self.choices if each.plan.pk.hex == plan_id and not each.why_not), None)

    def propose(self, choice: PlanChoice) -> Snapshot:
        """The snapshot that would be in force, but for its status."""
        return {
            **self.current,
            "version": self.version.pk.hex,
            "plan": choice.plan.pk.hex,
            "total_licences": choice.licences,
        }


def get_upgrade(by: User, installation: Installation) -> Upgrade:
    """What the newest version that the account may have would change; :class:`NotUpgradable` when there is none."""
    check_can_manage(by, installation)
    version = find_newer(installation)
    if version is None:
        raise NotUpgradable(app=installation.app.name)
    return weigh(installation, version)


def weigh(installation: Installation, version: Version) -> Upgrade:
    """The same for a version that the account may have. Writes nothing."""
    current = snapshots.take(installation)
    now = purchase_summary(installation.plan, installation.total_licences)
    choices = tuple(_choose(installation, plan, current, now) for plan in version.plans.all())
    had, asked = set(installation.client.scopes) - set(IMPLICIT), set(version.technical.scopes)
    before = installation.version.technical
    same = had - _scopes_that_read_more(before.data_fields, version.technical.data_fields)
    consent = upgrade_text(installation, version)
    return Upgrade(
        installation=installation,
        version=version,
        choices=choices,
        suggested=_suggest(installation, choices),
        gained=tuple(line for line in permission_lines(version) if line.scope not in same),
        lost=lines_for(had - asked, before.scope_reasons, before.data_fields),
        kept=tuple(line for line in permission_lines(version) if line.scope in same),
        now=now,
        current=current,
        consent=consent,
        mark=_mark(current, version, choices, consent),
    )


def upgrade_text(installation: Installation, version: Version) -> str:
    """The words that a manager agrees to, kept word by word with the grant."""
    names = {
        "app": version.app.name,
        "partner": version.app.partner.name,
        "before": installation.version.name,
        "after": version.name,
    }
    asked = sorted(version.technical.scopes)
    lines = [
        _("I move %(app)s by %(partner)s from version %(before)s to %(after)s for my account.") % names,
        _("I may order on its behalf."),
        (_("What %(app)s may do from then on:") if asked else _("It asks for no access to the account's data."))
        % names,
        *(f"• {describe_permission(scope, version.technical.data_fields)}" for scope in asked if scope in SCOPES),
    ]
    return "\n".join(lines)


def _scopes_that_read_more(before: Iterable[str], after: Iterable[str]) -> set[str]:
    """Scopes with which more is read than was declared; of one for which nothing was declared it is not known."""
    known, more = (
        {DATA_FIELDS[name].scope for name in names if name in DATA_FIELDS}
        for names in (before, set(after) - set(before))
    )
    return known & more


def _choose(installation: Installation, plan: Plan, current: Snapshot, now: PurchaseSummary) -> PlanChoice:
    licences, why_not = _fit(plan, current["total_licences"], len(current["users"]))
    if plan.is_trial and not _is_on_trial(installation):
        why_not = explain_no_trial(installation)
    then = purchase_summary(plan, licences)
    if then.monthly_total.currency != now.monthly_total.currency:
        added = then.monthly_total
    else:
        added = then.monthly_total - now.monthly_total
    return PlanChoice(plan, licences, then, added, str(why_not))


def _fit(plan: Plan, bought: int, people: int) -> tuple[int, Promise | str]:
    """How many licences there would be: as many as now, within what the plan allows."""
    if plan.max_licences is not None and people > plan.max_licences:
        words = _("It allows at most %(most)d licences, and %(people)d people use the app.")
        return plan.max_licences, words % {"most": plan.max_licences, "people": people}
    most = bought if plan.max_licences is None else min(bought, plan.max_licences)
    return max(most, plan.min_licences), ""


def _is_on_trial(installation: Installation) -> bool:
    return installation.plan.is_trial and installation.client.may_sign_users_in


def _suggest(installation: Installation, choices: tuple[PlanChoice, ...]) -> Plan | None:
    """The plan of the same name, or the trial for who is on trial."""
    able = [choice.plan for choice in choices if not choice.why_not]
    if installation.plan.is_trial:
        return next((plan for plan in able if plan.is_trial), None)
    return next((plan for plan in able if not plan.is_trial and plan.name == installation.plan.name), None)


def _mark(current: Snapshot, version: Version, choices: tuple[PlanChoice, ...], consent: str) -> str:
    seen = [snapshots.mark(current), version.pk.hex, consent]
    prices = [[choice.plan.pk.hex, choice.plan.price_minor, choice.licences] for choice in choices]
    return sha256(json.dumps([seen, prices]).encode()).hexdigest()
