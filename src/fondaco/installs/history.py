"""What happened to installed apps and what is under way, for pages. Callers got installations from scoped queries."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import Case, Exists, OuterRef, Q, UUIDField, Value, When
from django.db.models.functions import Cast

from fondaco.accounts.models import User
from fondaco.audit.actor import ActorKind
from fondaco.audit.models import Event
from fondaco.catalog.events import APP_RECEIVED
from fondaco.installs import events
from fondaco.installs.models import Installation, Operation
from fondaco.installs.policies import can_manage
from fondaco.installs.states import MOVING, InstallationStatus, OperationStatus

_STEPS: Final = (
    events.INSTALLATION_REQUESTED,
    events.INSTALLATION_RETRIED,
    events.INSTALLATION_FAILED,
    events.INSTALLATION_REJECTED,
    events.INSTALLATION_TIMED_OUT,
    events.INSTALLATION_PENDING,
    events.INSTALLATION_COMPLETED,
    events.INSTALLATION_SUSPENDED,
    events.INSTALLATION_REVOKED,
    events.INSTALLATION_CUT_OFF,
    events.INSTALLATION_RESTORED,
)
_DETAILS: Final = (events.OPERATION_RETRIED, events.OPERATION_OBJECTED)


@dataclass(frozen=True, slots=True)
class Change:
    """One fact and the app that it is about."""

    event: Event
    app_name: str
    installation_id: str


def list_changes(by: User, installations: Collection[Installation], *, limit: int = 5) -> list[Change]:
    """The newest changes of the viewer's apps, with ``is_by_own_people``.

    Managers also see what became of apps that are gone.
    """
    kinds = [kind.name for kind in _STEPS]
    found = Event.objects.filter(account_id=by.account_id, kind__in=kinds).order_by("-id")
    found = found.annotate(is_by_own_people=by_people_of(by.account_id))
    names = {installation.pk.hex: installation.app.name for installation in installations}
    if not can_manage(by):
        found = found.filter(subject_id__in=list(names))
    changes = list(found[:limit])
    gone = {event.subject_id for event in changes} - set(names)
    if gone:
        others = Installation.objects.filter(account_id=by.account_id, pk__in=[UUID(hex=id_) for id_ in gone])
        names |= {pk.hex: name for pk, name in others.values_list("pk", "app__name")}
    return [Change(event, names[event.subject_id], event.subject_id) for event in changes if event.subject_id in names]


def list_history(installation: Installation, operations: Iterable[Operation], *, limit: int = 50) -> list[Event]:
    """The steps of one installation, with ``is_by_own_people``, newest first.

    One of them may be that its app went to another partner.
    """
    own = Q(subject_type="installation", subject_id=installation.pk.hex, kind__in=[kind.name for kind in _STEPS])
    answers = Q(
        subject_type="operation",
        subject_id__in=[operation.pk.hex for operation in operations],
        kind__in=[kind.name for kind in _DETAILS],
    )
    moves = Q(subject_type="app", subject_id=installation.app_id.hex, kind=APP_RECEIVED.name, pk__gt=installation.pk)
    found = Event.objects.filter(own | answers | moves).annotate(is_by_own_people=by_people_of(installation.account_id))
    return list(found.order_by("-id")[:limit])


def by_people_of(account_id: str) -> Case:
    """Whether people of this account caused an event: a customer reads the names of no others."""
    person = Cast(OuterRef("actor_id"), UUIDField())  # of people only: what else acts may have no id
    own = Exists(User.objects.filter(account_id=account_id, person_id=person))
    return Case(When(actor_kind=ActorKind.PERSON, then=own), default=Value(value=False))


def find_open_operations(installations: Collection[Installation]) -> dict[UUID, Operation]:
    """Installation id → the operation that waits for the partner; asks nothing when no state suggests one."""
    moving = MOVING | {InstallationStatus.FAILED}
    ids = [installation.pk for installation in installations if installation.status in moving]
    if not ids:
        return {}
    operations = Operation.objects.filter(installation__in=ids, status=OperationStatus.OPEN)
    return {operation.installation_id: operation for operation in operations}


def is_unreached(installation: Installation, operation: Operation | None) -> bool:
    """Whether what is open did not reach the app's program, so that who looks has it tried at once (FAQ 16)."""
    return installation.status == InstallationStatus.FAILED and operation is not None and not installation.is_cut_off
