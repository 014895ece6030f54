"""What a change proposes, in names, for the people of the account who wait for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from fondaco.accounts.models import User
from fondaco.catalog.models import Plan
from fondaco.installs.auto_install import AutoInstall
from fondaco.installs.models import Installation, Operation
from fondaco.installs.queries import PurchaseSummary, purchase_summary
from fondaco.installs.snapshots import Snapshot
from fondaco.kit.money import Money


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change that waits or has failed: in pairs what was in force and what was asked for; people by name."""

    versions: tuple[str, str]
    summaries: tuple[PurchaseSummary, PurchaseSummary]
    rules: tuple[AutoInstall, AutoInstall]
    adding: tuple[str, ...]
    removing: tuple[str, ...]

    @property
    def added(self) -> Money:
        """What a month costs more; less than nothing when it costs less."""
        before, after = self.summaries
        return after.monthly_total - before.monthly_total


def read_proposal(installation: Installation, operation: Operation) -> Proposal:
    """At most two queries. The caller got the installation from a scoped one."""
    before: Snapshot = operation.current
    after: Snapshot = operation.proposed
    held, chosen = set(before["users"]), set(after["users"])
    moved = User.objects.filter(account_id=installation.account_id, pk__in=held ^ chosen).select_related("person")
    people = list(moved.order_by("person__name", "id")) if held ^ chosen else []
    was, is_to_be = _plans(installation, (before, after))
    return Proposal(
        versions=(was.version.name, is_to_be.version.name),
        summaries=(
            purchase_summary(was, before["total_licences"]),
            purchase_summary(is_to_be, after["total_licences"]),
        ),
        rules=(_rules(before), _rules(after)),
        adding=tuple(user.person.name for user in people if user.pk in chosen),
        removing=tuple(user.person.name for user in people if user.pk in held),
    )


def _plans(installation: Installation, sides: Sequence[Snapshot]) -> list[Plan]:
    """Those of the sides with their versions: a plan belongs to one."""
    installation.plan.version = installation.version
    wanted = [UUID(hex=side["plan"]) for side in sides]
    found = Plan.objects.select_related("version").in_bulk(set(wanted) - {installation.plan_id})
    found[installation.plan_id] = installation.plan
    return [found[plan_id] for plan_id in wanted]


def _rules(side: Snapshot) -> AutoInstall:
    return AutoInstall(tuple(side["auto_install"]), side.get("auto_install_cap"))
