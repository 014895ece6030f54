"""Changing who uses an installed app, its plan, and how many licences are bought (DOMAIN 7.5)."""

from __future__ import annotations

from django.db import transaction

from fondaco.accounts.models import User
from fondaco.audit.actor import Actor
from fondaco.audit.status import transition
from fondaco.installs import snapshots
from fondaco.installs.actions import operations
from fondaco.installs.changes import Settings, check_settings, propose
from fondaco.installs.errors import AlreadyRemoved, NothingToChange, SettingsMoved
from fondaco.installs.models import Installation, Operation
from fondaco.installs.policies import check_can_change, check_can_manage, check_not_cut_off
from fondaco.installs.states import InstallationStatus, OperationKind


def update_settings(
    *, actor: Actor, by: User, installation: Installation, wanted: Settings, seen: str = ""
) -> Operation:
    """Asks the partner's program for a change; what is in force stays so until it approves.

    Rejected, unanswered for seven days or not to be delivered, the change is dropped and nothing was touched (T18).
    ``seen`` is the ``changes.mark`` of what the manager looked at; something else in force by now is refused.
    """
    with transaction.atomic(durable=True):
        locked = operations.lock(installation.pk)
        check_can_manage(by, locked)
        if locked.is_gone:
            raise AlreadyRemoved(app=locked.app.name)
        check_not_cut_off(locked)
        operations.check_none_open(locked)
        check_can_change(locked)
        current = snapshots.take(locked)
        if seen and seen != snapshots.mark(current):
            raise SettingsMoved(app=locked.app.name)
        check_settings(by, locked, wanted)
        proposed = propose(current, wanted)
        if proposed == current:
            raise NothingToChange(app=locked.app.name)
        operation = operations.open_operation(
            actor=actor,
            installation=locked,
            kind=OperationKind.UPDATE,
            snapshots=(current, {**proposed, "status": InstallationStatus.COMPLETED.value}),
            requested_by=by,
        )
        transition(
            locked, InstallationStatus.PENDING, actor=actor, data={"kind": operation.kind}, fields={"reason": ""}
        )
    return operation
