"""What happens when a change cannot be put in force, or not be taken back: it is written down and waits for staff.

The partner's answer is never lost to a fault of ours. What was in force before the step stays in force, because the
step is undone as a whole; but the two sides may now believe different things, so no further change is let through until
a person has looked (*Failed update*, DOMAIN 2.10).
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import OperationalError, transaction
from django.utils.translation import gettext as _

from fondaco.audit.actor import Actor
from fondaco.audit.status import transition
from fondaco.installs.actions import operations
from fondaco.installs.models import Operation
from fondaco.installs.states import BROKEN, InstallationStatus, OperationStatus, SnapshotSide
from fondaco.kit.errors import DomainError

logger = logging.getLogger(__name__)
_LONGEST = 500


def carry_out(actor: Actor, operation: Operation, side: SnapshotSide, answer: str, step: Callable[[], None]) -> bool:
    """Runs ``step``, which puts ``side`` in force and closes the operation; whether it worked.

    A database that is busy or away is no fault of the change: that is raised, and whoever asked tries again.
    """
    try:
        with transaction.atomic():
            step()
    except OperationalError:
        raise
    except Exception as error:
        failure = _explain(error)
        report = logger.warning if isinstance(error, DomainError) else logger.exception
        report("%s %s could not be closed: %s", operation.kind, operation.pk, failure)
        _break(actor, operation, side, answer, failure)
        return False
    return True


def _break(actor: Actor, operation: Operation, side: SnapshotSide, answer: str, failure: str) -> None:
    """The step was undone, so everything is read anew; the caller's operation shows what came of it."""
    installation = operations.lock(operation.installation_id)
    operation.refresh_from_db()
    operation.installation = installation
    data = {"kind": operation.kind, "failed_side": side.value}
    fields = {"answer": answer, "failed_side": side.value, "failure": failure}
    transition(operation, OperationStatus.FAILED, actor=actor, reason=failure, data=data, fields=fields)
    operations.cancel_deadlines(operation)
    data = {"change": BROKEN, "kind": operation.kind}
    fields = {"reason": _("A change could not be completed. Support has been told.")}
    transition(installation, InstallationStatus.FAILED, actor=actor, data=data, fields=fields)


def _explain(error: Exception) -> str:
    """For staff: a refusal in its own words, anything else by its kind and first line."""
    if isinstance(error, DomainError):
        return str(error)[:_LONGEST]
    first = (str(error).splitlines() or [""])[0]
    return f"{type(error).__name__}: {first}"[:_LONGEST]
