"""Mending a failed update: staff say which side holds, or ask the partner again. Each is logged with its reason."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from fondaco.accounts.models import Operator
from fondaco.accounts.permissions import Permission
from fondaco.accounts.policies import check_operator_can
from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.audit.status import transition
from fondaco.installs import events, snapshots
from fondaco.installs.actions import operations, trials
from fondaco.installs.actions.credentials import check_reason
from fondaco.installs.actions.restoring import restore_credentials
from fondaco.installs.errors import NotBroken
from fondaco.installs.models import Installation, Operation
from fondaco.installs.policies import check_version_let_in
from fondaco.installs.states import (
    InstallationStatus,
    Mending,
    OperationKind,
    SnapshotSide,
    standing_of,
)


def mend_update(*, actor: Actor, by: Operator, installation: Installation, way: Mending, reason: str) -> Operation:
    """Ends a *failed update*, by one of four ways; the customer's managers are told, and the partner where it believes
    something else than what holds from now on.

    A way that fails raises what it failed of and changes nothing.
    """
    check_operator_can(by, Permission.OPERATOR_SUPPORT)
    reason = check_reason(reason, is_required=True)
    with transaction.atomic(durable=True):
        locked = operations.lock(installation.pk)
        broken = find_broken(locked)
        if broken is None:
            raise NotBroken(app=locked.app.name)
        if way == Mending.ASK_AGAIN:
            return _ask_again(actor, locked, broken, reason)
        side = SnapshotSide(broken.failed_side if way == Mending.RETRY else way.value)
        snapshots.put_in_force(locked, broken.current if side == SnapshotSide.CURRENT else broken.proposed, actor=actor)
        if side == SnapshotSide.PROPOSED:
            check_version_let_in(locked)
            if not locked.plan.is_trial:
                trials.leave(actor, locked)
            restore_credentials(actor, [locked])
        believes = _what_partner_believes(broken)
        _settle(actor, broken, side.value, way, reason, is_partner_told=side != believes)
        data = {"change": "mended", "kind": broken.kind, "side": side.value}
        status = standing_of(locked.client.may_sign_users_in)
        transition(locked, status, actor=actor, data=data, fields={"reason": ""})
    return broken


def find_broken(installation: Installation) -> Operation | None:
    """The change that could not be completed and waits for staff."""
    if installation.status != InstallationStatus.FAILED:
        return None
    last = operations.find_last(installation)
    return last if last is not None and last.is_broken else None


def _what_partner_believes(broken: Operation) -> SnapshotSide:
    """It approved when the proposed side was to be put in force; otherwise it said no, or heard of the end."""
    return SnapshotSide(broken.failed_side)


def _ask_again(actor: Actor, installation: Installation, broken: Operation, reason: str) -> Operation:
    """The same change as a new operation, with a new event and seven new days."""
    _settle(actor, broken, Mending.ASK_AGAIN.value, Mending.ASK_AGAIN, reason, is_partner_told=False)
    operation = operations.open_operation(
        actor=actor,
        installation=installation,
        kind=OperationKind(broken.kind),
        snapshots=(snapshots.take(installation), broken.proposed),
        requested_by=broken.requested_by,
        is_automatic=broken.is_automatic,
    )
    transition(
        installation, InstallationStatus.PENDING, actor=actor, data={"kind": operation.kind}, fields={"reason": ""}
    )
    return operation


def _settle(actor: Actor, broken: Operation, outcome: str, way: Mending, reason: str, *, is_partner_told: bool) -> None:
    broken.settled = outcome
    broken.save(update_fields=["settled"])
    data: dict[str, Any] = {
        "kind": broken.kind, "way": way.value, "side": outcome, "reason": reason, "is_partner_told": is_partner_told,
    }  # fmt: skip
    record(events.OPERATION_SETTLED, broken, actor=actor, data=data, **broken.audit_scope())
