"""Changes that the house proposes by itself: licences by auto-install rules, and of people who left."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from fondaco.accounts.models import Role, User
from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.audit.status import transition
from fondaco.installs import events, snapshots
from fondaco.installs.actions import operations
from fondaco.installs.auto_install import least, share_out
from fondaco.installs.models import AwaitedLicence, Installation, Licence, Operation
from fondaco.installs.rules import LICENCES_DUE, rules_of
from fondaco.installs.states import InstallationStatus, OperationKind, OperationStatus
from fondaco.kit import clock, deadlines

HOUSE: Final = Actor.system("auto-install")
_WHILE_CUT_OFF: Final = timedelta(hours=1)


def await_licences(user: User, *, former: Role | None = None) -> None:
    """A user came, came back or has another role than the ``former``: apps whose rules newly fit them will follow.

    Also where they hold a licence that an open change takes away. A step of what happens to the user.
    """
    living = Installation.objects.filter(account_id=user.account_id).exclude(status=InstallationStatus.REVOKED)
    held = Licence.objects.filter(installation=OuterRef("pk"), user=user)
    taken = Operation.objects.filter(
        installation=OuterRef("pk"), status=OperationStatus.OPEN, kind=OperationKind.UPDATE
    ).exclude(proposed__users__contains=[user.pk])
    keeps = Q(Exists(held)) & ~Q(Exists(taken))
    found = living.filter(auto_install_rules__isnull=False).exclude(keeps).distinct()
    for installation in found.prefetch_related("auto_install_rules"):
        auto = rules_of(installation)
        if not auto.fits(user.role) or (former is not None and auto.fits(former)):
            continue
        now = clock.now(installation.account_id)
        row = AwaitedLicence(installation=installation, user=user, created_at=now)
        AwaitedLicence.objects.bulk_create([row], ignore_conflicts=True)
        plan_settling(installation, now + settings.AUTO_INSTALL_BATCH)


def release_when_due(user: User) -> None:
    """A user left: their licences, also those that a change under way gives them, will be released. A step."""
    holds = Q(Exists(Licence.objects.filter(installation=OuterRef("pk"), user=user)))
    waiting = Operation.objects.filter(
        installation=OuterRef("pk"), status=OperationStatus.OPEN, proposed__users__contains=[user.pk]
    )
    living = Installation.objects.filter(account_id=user.account_id).exclude(status=InstallationStatus.REVOKED)
    for installation in living.filter(holds | Q(Exists(waiting))):
        plan_settling(installation, clock.now(installation.account_id) + settings.AUTO_INSTALL_BATCH)


def settle_again(installation: Installation) -> None:
    """The installation is active (again): what waited for that goes on. After an automatic change that the partner
    did not approve there is a pause first. A step."""
    awaited = AwaitedLicence.objects.filter(installation=OuterRef("pk"))
    gone = Licence.objects.filter(installation=OuterRef("pk"), user__is_active=False)
    if Installation.objects.filter(Exists(awaited) | Exists(gone), pk=installation.pk).exists():
        plan_settling(installation, clock.now(installation.account_id) + _pause(installation))


def plan_settling(installation: Installation, due_at: datetime) -> None:
    """Settles at ``due_at``, unless it is planned for earlier."""
    subject_id = installation.pk.hex
    planned = deadlines.find_due(LICENCES_DUE, [subject_id]).get(subject_id)
    if planned is None or due_at < planned:
        deadlines.schedule(LICENCES_DUE, subject_id=subject_id, due_at=due_at, account_id=installation.account_id)


@deadlines.handler(LICENCES_DUE)
def settle_when_due(subject_id: str, due_at: datetime) -> None:
    """Proposes one change for everybody who waits for a licence by a rule or left with one. While another change is
    open it does nothing: the end of that one plans it anew."""
    if Installation.objects.filter(pk=UUID(hex=subject_id)).exists():
        settle(operations.lock(UUID(hex=subject_id)))


def settle(installation: Installation) -> Operation | None:
    """The same for a locked installation; None when there is nothing to propose, or not now."""
    if installation.status != InstallationStatus.COMPLETED or operations.find_open(installation):
        return None
    if installation.is_cut_off:
        plan_settling(installation, clock.now(installation.account_id) + _WHILE_CUT_OFF)
        return None
    current = snapshots.take(installation)
    staying = snapshots.find_present(installation, current["users"])
    limit = least(installation.auto_install_cap, installation.plan.max_licences)
    coming, stopped = share_out(_find_waiting(installation), held=len(staying), limit=limit)
    _withhold(installation, [row for row in stopped if row.withheld_at is None], limit)
    users = sorted(staying | {row.user_id for row in coming})
    if users == current["users"]:
        return None
    proposed: snapshots.Snapshot = {
        **current,
        "status": InstallationStatus.COMPLETED.value,
        "users": users,
        "total_licences": max(current["total_licences"], len(users)),
    }
    operation = operations.open_operation(
        actor=HOUSE,
        installation=installation,
        kind=OperationKind.UPDATE,
        snapshots=(current, proposed),
        requested_by=None,
        is_automatic=True,
    )
    transition(
        installation, InstallationStatus.PENDING, actor=HOUSE, data={"kind": operation.kind}, fields={"reason": ""}
    )
    return operation


def _find_waiting(installation: Installation) -> list[AwaitedLicence]:
    """Who waits, the first first. Those who left, have a licence or fit no rule any more wait no longer."""
    auto = rules_of(installation)
    holders = set(installation.licences.values_list("user_id", flat=True))
    rows = installation.awaited_licences.select_related("user__role").order_by("created_at", "id")
    staying: list[AwaitedLicence] = []
    leaving: list[AwaitedLicence] = []
    for row in rows:
        is_awaited = row.user.is_active and row.user_id not in holders and auto.fits(row.user.role)
        (staying if is_awaited else leaving).append(row)
    if leaving:
        AwaitedLicence.objects.filter(pk__in=[row.pk for row in leaving]).delete()
    return staying


def _withhold(installation: Installation, rows: Iterable[AwaitedLicence], limit: int | None) -> None:
    """Notes who is stopped for the first time."""
    user_ids = sorted(row.user_id for row in rows)
    if user_ids:
        now = clock.now(installation.account_id)
        installation.awaited_licences.filter(user_id__in=user_ids).update(withheld_at=now)
        data = {"users": user_ids, "limit": limit}
        record(events.LICENCE_WITHHELD, installation, actor=HOUSE, data=data, **installation.audit_scope())


def _pause(installation: Installation) -> timedelta:
    """How long to leave the partner alone: a day after one automatic change that came to nothing, then twice as long
    each time."""
    last = installation.operations.order_by("-id").values_list("is_automatic", "status")[:8]
    unmade = len(list(takewhile(lambda row: row[0] and row[1] != OperationStatus.APPROVED, last)))
    if not unmade:
        return timedelta(0)
    pause: timedelta = settings.AUTO_INSTALL_PAUSE * 2 ** (unmade - 1)
    return min(pause, settings.LONGEST_AUTO_INSTALL_PAUSE)
