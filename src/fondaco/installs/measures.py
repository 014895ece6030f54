"""What is measured of an app here, in place of what is claimed: installs that worked, and how long they took."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import Final
from uuid import UUID

from django.db.models import F, Func, OuterRef, Subquery, TextField, Value
from django.db.models.functions import Cast

from fondaco.audit.models import Event
from fondaco.installs import events
from fondaco.installs.models import Operation
from fondaco.installs.states import OperationKind, OperationStatus
from fondaco.kit import clock

PERIOD: Final = timedelta(days=90)
FEWEST: Final = 3  # one or two installs say nothing
_MOST: Final = 500
_ENDED: Final = (OperationStatus.APPROVED, OperationStatus.REJECTED, OperationStatus.TIMED_OUT)


@dataclass(frozen=True, slots=True)
class Measures:
    """Of the installs that ended within the period, real customers only."""

    ended: int
    worked: int
    median_wait: timedelta | None  # from the click to the app being ready
    days: int = PERIOD.days


def measure_app(app_id: UUID) -> Measures | None:
    """One query; None while fewer than :data:`FEWEST` installs of the app ended."""
    wire_id = Func(
        Cast(OuterRef("pk"), TextField()), Value("-"), Value(""), function="replace", output_field=TextField()
    )
    approval = Event.objects.filter(
        subject_type="operation", subject_id=wire_id, kind=events.OPERATION_APPROVED.name
    ).values("occurred_at")[:1]
    ended = list(
        Operation.objects.filter(
            installation__app_id=app_id,
            installation__account__is_sandbox=False,
            kind=OperationKind.INSTALL,
            status__in=_ENDED,
            created_at__gte=clock.now() - PERIOD,
        )
        .order_by("-id")
        .annotate(ready_at=Subquery(approval))
        .values_list("status", F("ready_at") - F("created_at"))[:_MOST]
    )
    if len(ended) < FEWEST:
        return None
    waits = [wait for status, wait in ended if status == OperationStatus.APPROVED and wait is not None]
    worked = sum(status == OperationStatus.APPROVED for status, _wait in ended)
    return Measures(ended=len(ended), worked=worked, median_wait=median(waits) if waits else None)
