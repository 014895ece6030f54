"""The queue: what waits on each track, filtered and in a chosen order."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Value

from fondaco.accounts.models import Operator
from fondaco.accounts.permissions import Permission
from fondaco.catalog.states import Track
from fondaco.kit import clock
from fondaco.kit.errors import Forbidden
from fondaco.partners.models import PartnerApplication
from fondaco.partners.states import ApplicationStatus
from fondaco.review.models import Approval, Sample, Submission
from fondaco.review.policies import reviewable_tracks
from fondaco.review.risks import FROM, Level
from fondaco.review.states import SampleStatus, SubmissionStatus


class Shown(StrEnum):
    """Which of the waiting ones."""

    WAITING = "waiting"  # for a reviewer: neither put aside nor asked
    FREE = "free"
    MINE = "mine"
    OVERDUE = "overdue"
    SECOND = "second"  # one approval given
    ASKED = "asked"
    SNOOZED = "snoozed"
    ALL = "all"


class Order(StrEnum):
    AGE = "age"
    DUE = "due"
    RISK = "risk"


COLUMNS: Final = {Order.AGE: "created_at", Order.DUE: "due_at", Order.RISK: "-risk"}


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What to show of the queue; as it is made, all that waits, the oldest first."""

    track: Track | None = None
    shown: Shown = Shown.ALL
    level: Level | None = None
    order: Order = Order.AGE


def list_queue(by: Operator, *, track: Track | None = None, wanted: QueueFilter | None = None) -> QuerySet[Submission]:
    """Open submissions of the tracks that ``by`` reviews; without ``wanted`` all, those waiting longest first."""
    wanted = wanted or QueueFilter(track)
    tracks = reviewable_tracks(by)
    if not tracks:
        raise Forbidden
    if wanted.track:
        tracks = [wanted.track] if wanted.track in tracks else []
    found = with_names().filter(status=SubmissionStatus.OPEN, track__in=tracks)
    found = found.filter(_condition(wanted.shown, by))
    if wanted.level:
        levels = list(Level)
        found = found.filter(risk__gte=FROM[wanted.level])
        if wanted.level != levels[-1]:
            found = found.filter(risk__lt=FROM[levels[levels.index(wanted.level) + 1]])
    by_age = ["created_at", "pk"]
    return found.order_by(*(by_age if wanted.order == Order.AGE else [COLUMNS[wanted.order], *by_age]))


def count_waiting(by: Operator) -> dict[str, int]:
    """What waits for ``by``, in one query: submissions by track, drawn ``samples``, and requests of ``partners``.

    A submission that is put aside, or waits for its partner's answer, waits for no reviewer.
    """
    tracks = reviewable_tracks(by)
    submissions = Submission.objects.filter(status=SubmissionStatus.OPEN, track__in=tracks).order_by()
    submissions = submissions.filter(_condition(Shown.WAITING, by))
    found = submissions.values_list("track").annotate(Count("pk"))
    if Track.LISTING in tracks:
        drawn = Sample.objects.filter(status=SampleStatus.OPEN).order_by()
        found = found.union(drawn.values_list(Value("samples")).annotate(Count("pk")))
    if by.can(Permission.OPERATOR_PARTNERS):
        requests = PartnerApplication.objects.filter(status=ApplicationStatus.PENDING).order_by()
        found = found.union(requests.values_list(Value("partners")).annotate(Count("pk")))
    return dict(found)


def list_decided(by: Operator, *, track: Track | None = None, limit: int = 20) -> list[Submission]:
    """The latest decisions on the tracks that ``by`` reviews."""
    decided = [SubmissionStatus.APPROVED, SubmissionStatus.REJECTED]
    tracks = [one for one in reviewable_tracks(by) if track in {None, one}]
    found = with_names().filter(status__in=decided, track__in=tracks)
    return list(found.order_by("-status_changed_at")[:limit])


def with_names() -> QuerySet[Submission]:
    """Submissions with all that a line of a list says."""
    return (
        Submission.objects.select_related("version__app__partner", "submitted_by", "decided_by", "taken_by")
        .defer("content")
        .annotate(is_half_approved=Exists(Approval.objects.filter(submission_id=OuterRef("pk"))))
    )


def _condition(shown: Shown, by: Operator) -> Q:
    now = clock.now()
    awake = Q(snoozed_until=None) | Q(snoozed_until__lte=now)
    return {
        Shown.WAITING: awake & Q(waiting_since=None),
        Shown.FREE: awake & Q(waiting_since=None, taken_by=None),
        Shown.MINE: Q(taken_by_id=by.pk),
        Shown.OVERDUE: Q(is_overdue=True),
        Shown.SECOND: Q(is_half_approved=True),
        Shown.ASKED: Q(waiting_since__isnull=False),
        Shown.SNOOZED: Q(snoozed_until__gt=now),
        Shown.ALL: Q(),
    }[shown]
