"""One submission with everything that its reviewer decides on."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from django.db.models import Q

from fondaco.accounts.models import Operator
from fondaco.audit.models import Event
from fondaco.catalog.comparison import Difference, Part
from fondaco.catalog.states import Track
from fondaco.review.models import Approval, InternalNote, RequestedChange, ReviewMessage, Submission
from fondaco.review.policies import is_own_work
from fondaco.review.snapshots import compare_snapshots
from fondaco.review.states import SubmissionStatus

Grouped = list[tuple[Part, list[Difference]]]


@dataclass(frozen=True, slots=True)
class Desk:
    """What lies on the desk. ``notes`` is empty for the partner's own people, whoever they are besides.

    ``since_approved`` compares with the last approved version of the app (``approved``), ``since_decided`` with what
    was decided on last time (``decided``): after a resubmission only that is left to be reviewed.
    """

    submission: Submission
    is_own_work: bool
    approved: Submission | None
    since_approved: Grouped
    decided: Submission | None
    since_decided: Grouped
    asked: list[RequestedChange]
    changes: list[RequestedChange]
    messages: list[ReviewMessage]
    notes: list[InternalNote]
    approvals: list[Approval]

    @property
    def is_half_approved(self) -> bool:
        """Whether one has approved and another person has to."""
        return self.submission.is_open and bool(self.approvals)


def get_desk(by: Operator, submission: Submission) -> Desk:
    """All of it; whoever passes the submission was let in to it. Six queries."""
    track = Track(submission.track)
    is_own = is_own_work(by, submission)
    approved, decided = _earlier(submission)
    changes = list(RequestedChange.objects.filter(submission__in=[submission, *([decided] if decided else [])]))
    messages = ReviewMessage.objects.filter(submission=submission).select_related("author")
    notes = InternalNote.objects.filter(submission=submission).select_related("author")
    return Desk(
        submission=submission,
        is_own_work=is_own,
        approved=approved,
        since_approved=_grouped(approved, submission, track),
        decided=decided,
        since_decided=_grouped(decided, submission, track),
        asked=[change for change in changes if decided and change.submission_id == decided.pk],
        changes=[change for change in changes if change.submission_id == submission.pk],
        messages=list(messages),
        notes=[] if is_own else list(notes),
        approvals=list(submission.approvals.select_related("person")),
    )


def list_review_history(submission: Submission, *, limit: int = 30) -> list[Event]:
    """What happened to the submission and to its version's contents, newest first."""
    of_version = Q(
        subject_type__in=("version", "technicalcontent", "listingcontent"), subject_id=submission.version_id.hex
    )
    of_submission = Q(subject_type="submission", subject_id=submission.pk.hex)
    return list(Event.objects.filter(of_version | of_submission).order_by("-id")[:limit])


def _earlier(submission: Submission) -> tuple[Submission | None, Submission | None]:
    """The last approved submission of the app's other versions, and the last decision on this very version."""
    before = Submission.objects.filter(track=submission.track, created_at__lt=submission.created_at).exclude(content={})
    approved = before.filter(version__app_id=submission.version.app_id, status=SubmissionStatus.APPROVED)
    approved = approved.order_by("-status_changed_at").values("pk")[:1]
    decided = before.filter(version_id=submission.version_id, status=SubmissionStatus.REJECTED)
    decided = decided.order_by("-status_changed_at").values("pk")[:1]
    found = {
        one.status: one
        for one in Submission.objects.filter(Q(pk__in=approved) | Q(pk__in=decided)).select_related(
            "version__app", "decided_by"
        )
    }
    return found.get(SubmissionStatus.APPROVED.value), found.get(SubmissionStatus.REJECTED.value)


def _grouped(before: Submission | None, after: Submission, track: Track) -> Grouped:
    if before is None or not after.content:
        return []
    found = compare_snapshots(before.content, after.content, track)
    return [(part, list(differences)) for part, differences in groupby(found, lambda difference: difference.part)]
