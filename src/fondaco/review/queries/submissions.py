"""Submissions in the queue and the decided ones."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db import connection
from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery

from fondaco.accounts.models import Operator
from fondaco.catalog.models import Version
from fondaco.catalog.states import Track
from fondaco.kit import clock
from fondaco.kit.errors import Forbidden, NotFound
from fondaco.kit.ids import parse_wire
from fondaco.partners.models import Member
from fondaco.review.models import Submission
from fondaco.review.policies import reviewable_tracks
from fondaco.review.states import SubmissionStatus

_LOOK_BACK: Final = timedelta(days=90)
_ENOUGH: Final = 5  # decisions before we say what usually happens
_EARLIER: Final = (  # how many of the same queue came before a submission; none is NULL
    Submission.objects.filter(
        status=SubmissionStatus.OPEN, track=OuterRef("track"), created_at__lt=OuterRef("created_at")
    )
    .order_by()
    .values("track")
    .annotate(number=Count("pk"))
    .values("number")
)


def list_queue(by: Operator, *, track: Track | None = None) -> QuerySet[Submission]:
    """Open submissions of the tracks that ``by`` reviews, those waiting longest first."""
    tracks = reviewable_tracks(by)
    if not tracks:
        raise Forbidden
    return (
        _submissions()
        .filter(status=SubmissionStatus.OPEN, track__in=[track] if track in tracks else [] if track else tracks)
        .order_by("created_at", "pk")
    )


def count_queues(by: Operator) -> dict[Track, int]:
    """How many submissions wait in each track that ``by`` reviews; a track without any is absent."""
    counted = list_queue(by).order_by().values_list("track").annotate(Count("pk"))
    return {Track(track): count for track, count in counted}


def list_decided(by: Operator, *, limit: int = 20) -> list[Submission]:
    """The latest decisions on the tracks that ``by`` reviews."""
    decided = [SubmissionStatus.APPROVED, SubmissionStatus.REJECTED]
    found = _submissions().filter(status__in=decided, track__in=reviewable_tracks(by))
    return list(found.order_by("-status_changed_at")[:limit])


def get_submission(by: Operator, submission_id: str) -> Submission:
    """One submission of a track that ``by`` reviews, open or decided, by wire id."""
    found = parse_wire(submission_id)
    own = Member.objects.filter(partner=OuterRef("version__app__partner"), person=by.pk, is_active=True)
    submissions = _submissions().select_related("policy_decision")
    submissions = submissions.annotate(earlier=Subquery(_EARLIER), is_of_reader=Exists(own))
    submissions = submissions.filter(track__in=reviewable_tracks(by))
    submission = submissions.filter(pk=found).first() if found else None
    if submission is None:
        raise NotFound
    return submission


def list_submissions(version: Version) -> list[Submission]:
    """Every submission of a version, newest first. Whoever passes the version was let in to it."""
    found = version.submissions.annotate(earlier=Subquery(_EARLIER)).select_related("submitted_by", "decided_by")
    return list(found.order_by("-created_at", "-pk"))


def find_open(by: Member, version: Version, track: Track) -> Submission:
    """The open submission of one track of the member's own version."""
    found = _submissions().filter(
        version=version, version__app__partner_id=by.partner_id, track=track, status=SubmissionStatus.OPEN
    )
    submission = found.first()
    if submission is None:
        raise NotFound
    return submission


def place_in_queue(submission: Submission) -> int:
    """1 for the one that is looked at next, within its track; 0 once it is decided."""
    if submission.status != SubmissionStatus.OPEN:
        return 0
    if hasattr(submission, "earlier"):  # read with the submission itself
        return (submission.earlier or 0) + 1
    earlier = Submission.objects.filter(
        status=SubmissionStatus.OPEN, track=submission.track, created_at__lt=submission.created_at
    )
    return earlier.count() + 1


def usual_answer_time(track: Track) -> timedelta | None:
    """Within this time eight in ten were answered in the last 90 days; None while too few were."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), "
            "percentile_cont(0.8) WITHIN GROUP (ORDER BY extract(epoch FROM status_changed_at - created_at)) "
            "FROM review_submission WHERE track = %s AND status = ANY(%s) AND status_changed_at > %s",
            [track.value, ["approved", "rejected"], clock.now() - _LOOK_BACK],
        )
        count, seconds = cursor.fetchone()
    return max(timedelta(seconds=seconds), timedelta(minutes=1)) if count >= _ENOUGH else None


def _submissions() -> QuerySet[Submission]:
    return Submission.objects.select_related(
        "version__app__partner", "version__technical", "version__listing", "submitted_by", "decided_by"
    ).defer("version__listing__search")
