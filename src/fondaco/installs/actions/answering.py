"""The partner's answer, its silence, and its absence."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from fondaco.audit.actor import Actor
from fondaco.audit.status import transition
from fondaco.installs.actions import closing, operations
from fondaco.installs.errors import AnswerTooLate, NothingToAnswer
from fondaco.installs.models import Installation, Operation
from fondaco.installs.states import Decision, InstallationStatus, OperationStatus, SnapshotSide
from fondaco.kit import deadlines
from fondaco.kit.errors import Invalid

MAX_REASON: Final = 1000
_MATCHES: Final = {OperationStatus.APPROVED: Decision.APPROVE, OperationStatus.REJECTED: Decision.REJECT}


def answer_operation(*, actor: Actor, installation: Installation, decision: str, reason: str = "") -> Operation:
    """Takes the partner's ``approve`` or ``reject`` for whatever is open (DOMAIN 2.4).

    The rule for repeated and late answers: the decision that was taken may be repeated and changes nothing; any answer
    to an operation that was closed otherwise (timed out, superseded, decided the other way) is refused.
    """
    if decision not in {choice.value for choice in Decision}:
        raise Invalid(fields={"state": [str(_("Must be approve or reject."))]})
    if len(reason) > MAX_REASON:
        raise Invalid(fields={"reason": [str(_("Must not be longer than 1000 characters."))]})
    with transaction.atomic(durable=True):
        locked = operations.lock(installation.pk)
        operation = operations.find_last(locked)
        if operation is None:
            raise NothingToAnswer
        if not operation.is_open:
            return _repeat(operation, Decision(decision))
        if not (operation.objected_at and decision == Decision.REJECT and reason == operation.answer):
            closing.ANSWERS[decision](actor, operation, reason)
        return operation


def fail_open_operation(*, actor: Actor, installation: Installation, reason: str) -> Operation | None:
    """The last try to reach the partner's program failed. A step; None when nothing is open any more."""
    operation = operations.find_open(operations.lock(installation.pk))
    if operation is not None:
        closing.fail(actor, operation, reason)
    return operation


def reach_installation(*, actor: Actor, installation: Installation) -> None:
    """The partner's program took the event after all: a failed installation is *installing* again. A step."""
    locked = operations.lock(installation.pk)
    operation = operations.find_open(locked)
    if operation is None:
        return
    deadlines.cancel(operations.RETRY_DUE, subject_id=operation.pk.hex)
    if locked.status == InstallationStatus.FAILED:
        transition(locked, InstallationStatus.INSTALLING, actor=actor, fields={"reason": ""})


@deadlines.handler(operations.ANSWER_DUE)
def close_unanswered(subject_id: str, due_at: datetime) -> None:
    """The seven days are over."""
    found = Operation.objects.filter(pk=UUID(hex=subject_id), status=OperationStatus.OPEN).first()
    if found is None:
        return
    operation = operations.find_open(operations.lock(found.installation_id))
    if operation is not None and operation.pk == found.pk:
        closing.time_out(Actor.system("sweeper"), operation)


def _repeat(operation: Operation, decision: Decision) -> Operation:
    outcome = OperationStatus(operation.status)
    if operation.settled or (operation.failed_side == SnapshotSide.PROPOSED and decision == Decision.APPROVE):
        return operation  # staff ended it, or will: what the program says of it changes nothing
    if _MATCHES.get(outcome) == decision:
        return operation
    if outcome in _MATCHES:
        raise NothingToAnswer
    raise AnswerTooLate(outcome=outcome.value.replace("_", " "), operation=operations.name(operation))
