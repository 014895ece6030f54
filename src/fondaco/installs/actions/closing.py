"""What each end of an operation means for the installation. Steps; the installation is locked by the caller.

Silence never commits a change (T18): only the partner's approval puts an install in force. An uninstall is the
customer's choice and is carried out whatever the partner says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.audit.status import transition
from fondaco.identity.actions import revoke_client
from fondaco.installs import events, snapshots
from fondaco.installs.actions import operations, trials
from fondaco.installs.actions.breaking import carry_out
from fondaco.installs.actions.restoring import restore_credentials
from fondaco.installs.models import Installation, Operation
from fondaco.installs.policies import check_version_let_in
from fondaco.installs.states import (
    CHANGES,
    InstallationStatus,
    OperationKind,
    OperationStatus,
    SnapshotSide,
    TrialEnd,
    standing_of,
)
from fondaco.kit import clock

Ending = Callable[[Actor, Operation, str], None]


def approve(actor: Actor, operation: Operation, answer: str) -> None:
    """The partner agreed: the proposed side is put in force."""
    if operation.kind in CHANGES:
        step = partial(_approve_change, actor, operation, answer)
        carry_out(actor, operation, SnapshotSide.PROPOSED, answer, step)
        return
    _close(actor, operation, OperationStatus.APPROVED, answer)
    installation = operation.installation
    if operation.kind == OperationKind.UNINSTALL:
        remove(actor=actor, installation=installation, reason=operation.reason, answer=answer)
        return
    snapshots.put_in_force(installation, operation.proposed, actor=actor)
    _settle(actor, installation, InstallationStatus.COMPLETED, answer)
    trials.start(actor, installation)


def reject(actor: Actor, operation: Operation, answer: str) -> None:
    """The partner declined. An uninstall only notes it and goes on waiting for its time."""
    if operation.kind == OperationKind.UNINSTALL:
        operation.objected_at = clock.now(operation.installation.account_id)
        operation.answer = answer
        operation.save(update_fields=["objected_at", "answer"])
        record(events.OPERATION_OBJECTED, operation, actor=actor, data={"reason": answer}, **operation.audit_scope())
        return
    _leave_undone(actor, operation, OperationStatus.REJECTED, answer)


def time_out(actor: Actor, operation: Operation) -> None:
    """Seven days without an answer."""
    if operation.kind == OperationKind.UNINSTALL:
        _close(actor, operation, OperationStatus.TIMED_OUT, operation.answer)
        remove(actor=actor, installation=operation.installation, reason=operation.reason)
    else:
        _leave_undone(actor, operation, OperationStatus.TIMED_OUT, "")


def fail(actor: Actor, operation: Operation, reason: str) -> None:
    """The partner's program could not be reached.

    A change is over with that, and everything is as before. An install or uninstall stays open: it is sent again, and
    may be answered.
    """
    installation = operation.installation
    if operation.kind in CHANGES:
        _leave_undone(actor, operation, OperationStatus.FAILED, reason)
        return
    if operation.kind == OperationKind.INSTALL and installation.status == InstallationStatus.INSTALLING:
        _settle(actor, installation, InstallationStatus.FAILED, reason)
    elif installation.status == InstallationStatus.FAILED:  # tried again in vain: what people read is the latest
        installation.reason = reason
        installation.save(update_fields=["reason"])
    operations.schedule_retry(operation)


def remove(
    *, actor: Actor, installation: Installation, reason: str, answer: str = "", data: Mapping[str, Any] | None = None
) -> Installation:
    """Takes the app away: credentials dead, licences released, trial over. A step that ends every installation.

    ``reason`` is why it goes, for the trail; ``answer`` is what the partner's program said, and reads back.
    """
    operation = operations.find_open(installation)
    if operation is not None:
        _close(actor, operation, OperationStatus.SUPERSEDED, operation.answer)
    trials.end(actor, installation, TrialEnd.UNINSTALLED)
    snapshots.put_in_force(installation, snapshots.removed(snapshots.take(installation)), actor=actor)
    revoke_client(actor=actor, client=installation.client)
    fields = {"reason": answer}
    return transition(installation, InstallationStatus.REVOKED, actor=actor, reason=reason, data=data, fields=fields)


def _close(actor: Actor, operation: Operation, outcome: OperationStatus, answer: str) -> None:
    data, fields = {"kind": operation.kind}, {"answer": answer}
    transition(operation, outcome, actor=actor, reason=answer, data=data, fields=fields)
    operations.cancel_deadlines(operation)


def _leave_undone(actor: Actor, operation: Operation, outcome: OperationStatus, reason: str) -> None:
    """What was asked for does not come: an install has failed, and of a change the side that was in force holds."""
    if operation.kind in CHANGES:
        step = partial(_drop_change, actor, operation, outcome, reason)
        carry_out(actor, operation, SnapshotSide.CURRENT, reason, step)
    else:
        _close(actor, operation, outcome, reason or operation.answer)
        _settle(actor, operation.installation, _OF_INSTALL[outcome], reason)


def _approve_change(actor: Actor, operation: Operation, answer: str) -> None:
    installation = operation.installation
    _close(actor, operation, OperationStatus.APPROVED, answer)
    snapshots.put_in_force(installation, operation.proposed, actor=actor)
    check_version_let_in(installation)
    if not installation.plan.is_trial:
        trials.leave(actor, installation)
    if operation.kind == OperationKind.UPGRADE:
        restore_credentials(actor, [installation])  # the version before may have been cut off a moment ago
    standing = standing_of(installation.client.may_sign_users_in)
    _settle(actor, installation, standing, answer, change=operation)


def _drop_change(actor: Actor, operation: Operation, outcome: OperationStatus, reason: str) -> None:
    """Nothing of it was ever put in force; whatever else moved meanwhile is brought back."""
    installation = operation.installation
    _close(actor, operation, outcome, reason or operation.answer)
    if {**snapshots.take(installation), "status": ""} != {**operation.current, "status": ""}:
        snapshots.put_in_force(installation, operation.current, actor=actor)
    standing = standing_of(installation.client.may_sign_users_in)
    _settle(actor, installation, standing, reason, change=operation)


def _settle(
    actor: Actor,
    installation: Installation,
    status: InstallationStatus,
    reason: str,
    *,
    change: Operation | None = None,
) -> None:
    """``change`` is the one that ends with this; the fact tells what became of it."""
    data = {"change": change.status, "kind": change.kind} if change else None
    transition(installation, status, actor=actor, reason=reason, data=data, fields={"reason": reason})


_OF_INSTALL: Final = {
    OperationStatus.REJECTED: InstallationStatus.REJECTED,
    OperationStatus.TIMED_OUT: InstallationStatus.TIMEOUT,
}
ANSWERS: Final[dict[str, Ending]] = {"approve": approve, "reject": reject}
