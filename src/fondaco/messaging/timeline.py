"""Everything that ever happened to one installation, in one line of time; each side sees its part.

Facts about the installation, its operations, its trial and its credentials, and every try to tell its program. The
caller got the installation from a query that is scoped to who asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from django.db.models import Func, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast

from fondaco.audit.actor import ActorKind
from fondaco.audit.models import Event
from fondaco.identity.models import CredentialSet
from fondaco.installs.history import by_people_of
from fondaco.installs.models import Installation, Operation, Trial
from fondaco.messaging.actions import Outcome
from fondaco.messaging.models import Attempt
from fondaco.messaging.payloads import MessageType
from fondaco.messaging.timeline_words import MISSED, REACHED, describe


class Side(StrEnum):
    """Whose part is shown."""

    CUSTOMER = "customer"  # its managers
    PARTNER = "partner"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. ``kind`` is an event's, or ``attempt.reached`` or ``attempt.missed``.

    ``who`` is a person or program, empty where the side may not know. ``words`` is what was said with it, or why a try
    failed. ``about`` names the message of a try, or what kind of operation it was. ``meaning`` is a sentence.
    """

    id: UUID
    kind: str
    meaning: str
    at: datetime
    who: str
    words: str
    about: str


_FOR_ALL: Final = (
    "installation.requested", "installation.retried", "installation.failed", "installation.rejected",
    "installation.timed_out", "installation.pending", "installation.completed", "installation.suspended",
    "installation.revoked", "installation.cut_off", "installation.restored", "installation.launched",
    "operation.opened", "operation.retried", "operation.objected", "operation.approved", "operation.rejected",
    "operation.timed_out", "operation.failed", "operation.superseded", "operation.settled",
    "trial.started", "trial.extended", "trial.ended",
    "credentials.issued", "credentials.acknowledged", "credentials.rotated", "credentials.revoked",
    "client.regranted",
)  # fmt: skip
# Who has a licence is the customer's own matter; its program reads the list of users.
_KINDS: Final[Mapping[Side, tuple[str, ...]]] = {
    Side.CUSTOMER: (*_FOR_ALL, "licence.assigned", "licence.released"),
    Side.PARTNER: _FOR_ALL,
    Side.STAFF: (*_FOR_ALL, "licence.assigned", "licence.released"),
}
# What staff noted among themselves.
_INTERNAL: Final = frozenset({"operation.settled", "trial.extended"})
# What was said stands at the operation's own entry, or where credentials were replaced; why it is suspended, in the
# sentence. The house's own reasons of the end of credentials are no sentences.
_UNQUOTED: Final = frozenset(
    {"installation.completed", "installation.rejected", "installation.suspended", "credentials.revoked"}
)


def read_timeline(
    installation: Installation, side: Side, *, limit: int = 50, before: UUID | None = None
) -> tuple[list[Entry], UUID | None]:
    """The newest entries, or those older than ``before``, and where the next page begins; two queries."""
    older = Q(pk__lt=before) if before else Q()
    events = _events_of(installation, side).filter(older).order_by("-pk")[: limit + 1]
    attempts = _attempts_of(installation).filter(older).order_by("-pk")[: limit + 1]
    entries = [*(_of_event(event, side) for event in events), *(_of_attempt(attempt) for attempt in attempts)]
    entries.sort(key=lambda entry: entry.id, reverse=True)
    page = entries[:limit]
    return page, page[-1].id if len(entries) > limit else None


def _events_of(installation: Installation, side: Side) -> QuerySet[Event]:
    operations = Operation.objects.filter(installation=installation)
    sets = CredentialSet.objects.filter(client=installation.client_id)
    trials = Trial.objects.filter(installation=installation)
    about = (
        Q(subject_type="installation", subject_id=installation.pk.hex)
        | Q(subject_type="oauthclient", subject_id=installation.client_id.hex)
        | Q(subject_type="operation", subject_id__in=_wire_ids(operations))
        | Q(subject_type="credentialset", subject_id__in=_wire_ids(sets))
        | Q(subject_type="trial", subject_id__in=_wire_ids(trials))
    )
    found = Event.objects.filter(about, kind__in=_KINDS[side])
    return found.annotate(is_by_own_people=by_people_of(installation.account_id))


def _attempts_of(installation: Installation) -> QuerySet[Attempt]:
    """Sign-outs would drown what changed the installation."""
    found = Attempt.objects.filter(delivery__installation=installation)
    return found.exclude(delivery__message__type=MessageType.USER_LOGOUT).select_related("delivery__message")


def _wire_ids(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Their ids as events have them."""
    text = Func(Cast("pk", TextField()), Value("-"), Value(""), function="replace", output_field=TextField())
    return rows.order_by().values_list(text, flat=True)


def _of_event(event: Event, side: Side) -> Entry:
    data = event.data
    about = str(data.get("kind") or data.get("version") or "")
    is_internal = event.kind in _INTERNAL or bool(data.get("failed_side"))
    is_for_developers = event.kind == "credentials.rotated" and side == Side.CUSTOMER
    is_shown = event.kind not in _UNQUOTED and not is_for_developers and (side == Side.STAFF or not is_internal)
    return Entry(
        id=event.pk,
        kind=event.kind,
        meaning=describe(_in_detail(event), about),
        at=event.occurred_at,
        who=_who(event, side),
        words=str(data.get("reason") or "") if is_shown else "",
        about=about,
    )


def _in_detail(event: Event) -> str:
    """Which way staff mended something is more than that they did."""
    side = event.data.get("side") if event.kind == "operation.settled" else None
    return f"{event.kind}.{side}" if side else event.kind


def _who(event: Event, side: Side) -> str:
    """People are nothing to the partner, and to the customer those of other companies are nothing, and who mended
    something. What the house did by itself has a name for staff only."""
    if side == Side.STAFF or event.actor_kind == ActorKind.CLIENT:
        return event.actor_label
    if side == Side.PARTNER or event.kind in _INTERNAL:
        return ""
    return event.actor_label if event.is_by_own_people else ""  # type: ignore[attr-defined]


def _of_attempt(attempt: Attempt) -> Entry:
    outcome = Outcome(
        started_at=attempt.started_at,
        duration_ms=attempt.duration_ms,
        response_status=attempt.response_status,
        error=attempt.error,
    )
    kind, about = REACHED if outcome.is_success else MISSED, attempt.delivery.message.type
    return Entry(
        id=attempt.pk,
        kind=kind,
        meaning=describe(kind, about),
        at=attempt.started_at,
        who="",
        words="" if outcome.is_success else outcome.explanation,
        about=about,
    )
