"""Failed updates for the staff who mend them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from fondaco.accounts.models import Operator, User
from fondaco.accounts.permissions import Permission
from fondaco.accounts.policies import check_operator_can
from fondaco.catalog.models import Plan
from fondaco.installs.models import Installation, Operation
from fondaco.installs.snapshots import Snapshot
from fondaco.installs.states import InstallationStatus


@dataclass(frozen=True, slots=True)
class SideView:
    """A snapshot in names."""

    version: str
    plan: str
    licences: int
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Damage:
    """A change that could not be completed, with both sides as staff compare them."""

    operation: Operation
    current: SideView
    proposed: SideView


def list_broken(by: Operator) -> QuerySet[Operation]:
    """Every failed update that waits for staff, the oldest first."""
    check_operator_can(by, Permission.OPERATOR_SUPPORT)
    found = Operation.objects.filter(installation__status=InstallationStatus.FAILED, settled="").exclude(failed_side="")
    return found.select_related("installation__app__partner", "installation__account").order_by("id")


def find_damage(by: Operator, installation: Installation) -> Damage | None:
    """What is to be mended of one installation, if anything is; three queries."""
    operation = list_broken(by).filter(installation=installation).last()
    if operation is None:
        return None
    sides: list[Snapshot] = [operation.current, operation.proposed]
    plans = Plan.objects.select_related("version").in_bulk([UUID(hex=side["plan"]) for side in sides])
    ids = {user_id for side in sides for user_id in side["users"]}
    names = dict(User.objects.filter(pk__in=ids).values_list("pk", "person__name"))
    views = [
        SideView(
            version=plans[UUID(hex=side["plan"])].version.name,  # a plan belongs to one
            plan=plans[UUID(hex=side["plan"])].name,
            licences=side["total_licences"],
            people=tuple(sorted(names[user_id] for user_id in side["users"])),
        )
        for side in sides
    ]
    return Damage(operation, *views)
