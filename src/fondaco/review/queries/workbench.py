"""One submission with everything that its reviewer decides on, in three queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.functions import JSONObject

from fondaco.accounts.models import REVIEWS, Account, Operator
from fondaco.audit.models import Event
from fondaco.installs.models import Installation
from fondaco.installs.states import InstallationStatus
from fondaco.kit.written_once import write_once
from fondaco.review.models import Approval, InternalNote, KeptReason, RequestedChange, ReviewMessage, Submission
from fondaco.review.queries.comparing import Grouped, compare_submissions
from fondaco.review.queries.submissions import get_submission, whole_submissions
from fondaco.review.states import SubmissionStatus


@dataclass(frozen=True, slots=True)
class Said:
    """A message of the conversation, a note, or the words of an approval; only messages have a side."""

    id: str
    author: str
    author_id: str
    text: str
    created_at: datetime
    side: str = ""
    is_question: bool = False
    came_by_mail: bool = False
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """A requested change, and whether the field was changed since."""

    kind: str
    subject: str
    text: str
    is_addressed: bool


@dataclass(frozen=True, slots=True)
class Desk:
    """What lies on the desk. ``notes`` is empty for the partner's own people, whoever they are besides.

    ``since_approved`` compares with the last approved version of the app (``approved``), ``since_decided`` with what
    was decided on last time (``decided``): after a resubmission only that is left to be reviewed. ``asked`` is what was
    to be changed then, ``changes`` what this very decision asks for. ``tried`` is the key of the installation in the
    reviewers' account, ``account_id`` that account's.
    """

    submission: Submission
    is_own_work: bool
    approved: Submission | None
    since_approved: Grouped
    decided: Submission | None
    since_decided: Grouped
    asked: list[Asked]
    changes: list[Asked]
    messages: list[Said]
    notes: list[Said]
    approvals: list[Said]
    reasons: list[tuple[str, str]]
    account_id: str
    tried: str

    @property
    def is_half_approved(self) -> bool:
        """Whether one has approved and another person has to."""
        return self.submission.is_open and bool(self.approvals)

    @property
    def can_work(self) -> bool:
        """Whether the reader may act on it now: it is open and not of their own partner."""
        return self.submission.is_open and not self.is_own_work

    def has_agreed(self, by: Operator) -> bool:
        """Whether ``by`` gave their approval already."""
        return any(approval.author_id == by.pk.hex for approval in self.approvals)


def get_desk(by: Operator, submission_id: str) -> Desk:
    """All of it, of a submission of a track that ``by`` reviews, by wire id."""
    row: Any = get_submission(by, submission_id, more=_everything())
    approved, decided = _earlier(row)
    return Desk(
        submission=row,
        is_own_work=row.is_of_reader,
        approved=approved,
        since_approved=compare_submissions(approved, row),
        decided=decided,
        since_decided=compare_submissions(decided, row),
        asked=_asked(row.asked) if decided else [],
        changes=_asked(row.asked_here),
        messages=_said(row.said),
        notes=[] if row.is_of_reader else _said(row.noted),
        approvals=_said(row.agreed),
        reasons=[(one["id"], one["title"]) for one in row.kept],
        account_id=row.review_account or "",
        tried=row.tried.hex if row.tried else "",
    )


def list_review_history(submission: Submission, *, limit: int = 30) -> list[Event]:
    """What happened to the submission and to its version's contents, newest first."""
    contents = ("version", "technicalcontent", "listingcontent")
    of_version = Q(subject_type__in=contents, subject_id=submission.version_id.hex)
    of_submission = Q(subject_type="submission", subject_id=submission.pk.hex)
    return list(Event.objects.filter(of_version | of_submission).order_by("-id")[:limit])


@cache
def _everything() -> dict[str, RawSQL]:
    """Lists of small rows as arrays of JSON: one question instead of eight."""
    here = {"submission_id": OuterRef("pk")}
    said = {"id": "pk", "author": "author__name", "author_id": "author_id", "text": "text", "created_at": "created_at"}
    message = {name: name for name in ("side", "is_question", "came_by_mail", "left_out")}
    approval = {**said, "author": "person__name", "author_id": "person_id", "text": "comment"}
    before = Submission.objects.filter(
        version_id=OuterRef(OuterRef("version_id")),
        track=OuterRef(OuterRef("track")),
        created_at__lt=OuterRef(OuterRef("created_at")),
        status=SubmissionStatus.REJECTED,
    ).order_by("-status_changed_at")
    account = Account.objects.filter(features__contains=[REVIEWS]).order_by("pk").values("pk")[:1]
    living = Installation.objects.filter(account_id__in=account, app_id=OuterRef("version__app_id"))
    reasons = KeptReason.objects.filter(Q(track="") | Q(track=OuterRef("track"))).order_by("title")
    parts = {
        "said": _rows(ReviewMessage.objects.filter(**here).order_by("created_at", "pk"), {**said, **message}),
        "noted": _rows(InternalNote.objects.filter(**here).order_by("created_at", "pk"), said),
        "agreed": _rows(Approval.objects.filter(**here).order_by("created_at"), approval),
        "asked_here": _rows(RequestedChange.objects.filter(**here).order_by("position"), _CHANGE),
        "asked": _rows(
            RequestedChange.objects.filter(submission_id=Subquery(before.values("pk")[:1])).order_by("position"),
            _CHANGE,
        ),
        "kept": _rows(reasons, {"id": "pk", "title": "title"}),
        "review_account": Subquery(account),
        "tried": Subquery(living.exclude(status=InstallationStatus.REVOKED).order_by("-created_at").values("pk")[:1]),
    }
    return write_once(whole_submissions(), parts)


_CHANGE = {"kind": "kind", "subject": "subject", "text": "text", "addressed_in": "addressed_in_id"}


def _rows(found: QuerySet[Any], columns: dict[str, Any]) -> ArraySubquery:
    return ArraySubquery(found.values(row=JSONObject(**columns)))


def _said(rows: Iterable[dict[str, Any]]) -> list[Said]:
    return [
        Said(
            **{
                **row,
                "id": row["id"].replace("-", ""),
                "author_id": row["author_id"].replace("-", ""),
                "created_at": datetime.fromisoformat(row["created_at"]),
            }
        )
        for row in rows
    ]


def _asked(rows: Iterable[dict[str, Any]]) -> list[Asked]:
    return [Asked(row["kind"], row["subject"], row["text"], row["addressed_in"] is not None) for row in rows]


def _earlier(submission: Submission) -> tuple[Submission | None, Submission | None]:
    """The last approved submission of the app, and the last decision against this very version."""
    before = Submission.objects.filter(track=submission.track, created_at__lt=submission.created_at).exclude(content={})
    approved = before.filter(version__app_id=submission.version.app_id, status=SubmissionStatus.APPROVED)
    decided = before.filter(version_id=submission.version_id, status=SubmissionStatus.REJECTED)
    latest = [one.order_by("-status_changed_at").values("pk")[:1] for one in (approved, decided)]
    wanted = Submission.objects.filter(Q(pk__in=latest[0]) | Q(pk__in=latest[1]))
    found = {one.status: one for one in wanted.select_related("version__app", "decided_by")}
    return found.get(SubmissionStatus.APPROVED.value), found.get(SubmissionStatus.REJECTED.value)
