"""Opening and finding operations. All are steps of a larger change."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.utils.formats import date_format

from fondaco.accounts.models import User
from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.installs import events
from fondaco.installs.errors import OperationOpen
from fondaco.installs.labels import OPERATIONS
from fondaco.installs.models import Installation, Operation
from fondaco.installs.snapshots import Snapshot
from fondaco.installs.states import OperationKind, OperationStatus
from fondaco.kit import clock, deadlines

ANSWER_DUE: Final = "operation.answer_due"
RETRY_DUE: Final = "operation.retry_due"
_SHORTEST_RETRY, _LONGEST_RETRY = timedelta(hours=1), timedelta(hours=12)


def lock(installation_id: UUID) -> Installation:
    """The installation as the database has it now, locked until the commit. Every write begins here."""
    return (
        Installation.objects.select_for_update(of=("self",))
        .select_related("app__partner", "version__technical", "plan", "account", "client", "installed_by__person")
        .get(pk=installation_id)
    )


def lock_all(found: QuerySet[Installation]) -> list[Installation]:
    """The same for many, in the order of their keys. Of what has changed meanwhile, only those that are still found.

    Of what belongs to them, accounts and clients are loaded, and apps and versions, which many share.
    """
    locked = found.select_for_update(of=("self",)).select_related("account", "client").order_by("pk")
    return list(locked.prefetch_related("app", "version__technical"))


def open_operation(
    *,
    actor: Actor,
    installation: Installation,
    kind: OperationKind,
    snapshots: tuple[Snapshot, Snapshot],
    requested_by: User | None,
    reason_type: str = "",
    reason: str = "",
    is_automatic: bool = False,
) -> Operation:
    """Opens an operation from the first snapshot to the second; the partner has seven days of the account's time.

    Raises :class:`OperationOpen` while another waits for its answer.
    """
    check_none_open(installation)
    current, proposed = snapshots
    now = clock.now(installation.account_id)
    operation = Operation.objects.create(
        installation=installation,
        kind=kind.value,
        current=current,
        proposed=proposed,
        requested_by=requested_by,
        reason_type=reason_type,
        reason=reason,
        is_automatic=is_automatic,
        answer_due_at=now + settings.ANSWER_WINDOW,
        created_at=now,
    )
    deadlines.schedule(
        ANSWER_DUE,
        subject_id=operation.pk.hex,
        due_at=operation.answer_due_at,
        account_id=installation.account_id,
    )
    record(events.OPERATION_OPENED, operation, actor=actor, data={"kind": kind.value}, **installation.audit_scope())
    return operation


def find_open(installation: Installation) -> Operation | None:
    """The operation that waits for the partner; there is at most one."""
    operation = installation.operations.filter(status=OperationStatus.OPEN).first()
    return _with(installation, operation)


def check_none_open(installation: Installation) -> None:
    """Raises :class:`OperationOpen`, which names the operation that waits."""
    if operation := find_open(installation):
        raise OperationOpen(
            app=installation.app.name,
            change=OPERATIONS[OperationKind(operation.kind)],
            since=date_format(operation.created_at, "j F Y, H:i"),
            operation=name(operation),
        )


def name(operation: Operation) -> dict[str, str]:
    """How refusals name an operation to programs."""
    return {
        "id": operation.pk.hex,
        "kind": operation.kind,
        "answer_due_at": operation.answer_due_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }


def find_last(installation: Installation) -> Operation | None:
    """The newest operation, open or not."""
    return _with(installation, installation.operations.order_by("-id").first())


def has_worked(installation: Installation) -> bool:
    """Whether the partner ever approved the installation."""
    return installation.operations.filter(kind=OperationKind.INSTALL, status=OperationStatus.APPROVED).exists()


def schedule_retry(operation: Operation) -> None:
    """Lets an unreachable operation be sent again by itself: after as long as it has waited, within 1 to 12 hours.

    The row also says that no try is under way: whoever takes it away may start one.
    """
    account_id = operation.installation.account_id
    now = clock.now(account_id)
    pause = retry_pause(now - operation.created_at)
    deadlines.schedule(RETRY_DUE, subject_id=operation.pk.hex, due_at=now + pause, account_id=account_id)


def hasten_retries(operation_ids: Collection[UUID]) -> None:
    """What could not be reached can be: operations that wait for their next try get it now. A step."""
    deadlines.hasten(RETRY_DUE, [operation_id.hex for operation_id in operation_ids])


def retry_pause(waited: timedelta) -> timedelta:
    """How long to leave an unreachable program alone: as long as it was waited for, within 1 to 12 hours."""
    return min(max(waited, _SHORTEST_RETRY), _LONGEST_RETRY)


def cancel_deadlines(operation: Operation) -> bool:
    """Nothing more is awaited for this operation; whether a retry was."""
    deadlines.cancel(ANSWER_DUE, subject_id=operation.pk.hex)
    return deadlines.cancel(RETRY_DUE, subject_id=operation.pk.hex)


def _with(installation: Installation, operation: Operation | None) -> Operation | None:
    """Keeps one object for the locked installation, so that its status is not read twice."""
    if operation is not None:
        operation.installation = installation
    return operation
