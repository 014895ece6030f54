"""What a change proposes, in names, for the people of the account who wait for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Case, Q, QuerySet, When

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


def list_people(holders: QuerySet[User], operation: Operation | None, limit: int) -> tuple[list[User], list[User]]:
    """The first ``limit`` of the account's ``holders``, and those whose licence ``operation`` changes: one query."""
    moved = _moved(operation) if operation else frozenset()
    if not moved:
        return list(holders[:limit]), []
    first = holders.values("pk")[:limit]
    is_holder = Case(When(pk__in=first, then=True), default=False)
    found: QuerySet[Any] = User.objects.filter(Q(pk__in=first) | Q(pk__in=moved)).annotate(is_holder=is_holder)
    people = list(found.select_related("person", "role").order_by("person__name", "id"))
    return [user for user in people if user.is_holder], [user for user in people if user.pk in moved]


def read_proposal(installation: Installation, operation: Operation, moved: Sequence[User] | None = None) -> Proposal:
    """At most two queries, one when whoever gets or loses a licence is known, by name, in ``moved``.

    The caller got the installation from a scoped query.
    """
    before: Snapshot = operation.current
    after: Snapshot = operation.proposed
    if moved is None:
        of_account = User.objects.filter(account_id=installation.account_id, pk__in=_moved(operation))
        moved = list(of_account.select_related("person").order_by("person__name", "id"))
    chosen = set(after["users"])
    was, is_to_be = _plans(installation, (before, after))
    return Proposal(
        versions=(was.version.name, is_to_be.version.name),
        summaries=(
            purchase_summary(was, before["total_licences"]),
            purchase_summary(is_to_be, after["total_licences"]),
        ),
        rules=(_rules(before), _rules(after)),
        adding=tuple(user.person.name for user in moved if user.pk in chosen),
        removing=tuple(user.person.name for user in moved if user.pk not in chosen),
    )


def _moved(operation: Operation) -> frozenset[str]:
    before: Snapshot = operation.current
    after: Snapshot = operation.proposed
    return frozenset(before["users"]) ^ frozenset(after["users"])


def _plans(installation: Installation, sides: Sequence[Snapshot]) -> list[Plan]:
    """Those of the sides with their versions: a plan belongs to one."""
    installation.plan.version = installation.version
    wanted = [UUID(hex=side["plan"]) for side in sides]
    found = Plan.objects.select_related("version").in_bulk(set(wanted) - {installation.plan_id})
    found[installation.plan_id] = installation.plan
    return [found[plan_id] for plan_id in wanted]


def _rules(side: Snapshot) -> AutoInstall:
    return AutoInstall(tuple(side["auto_install"]), side.get("auto_install_cap"))
