"""Submissions in the queue and the decided ones."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from typing import Any, Final
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Count, Exists, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.functions import JSONObject

from fondaco.accounts.models import Operator, Person
from fondaco.catalog.models import Version
from fondaco.catalog.states import Track
from fondaco.kit import clock
from fondaco.kit.errors import NotFound
from fondaco.kit.ids import parse_wire
from fondaco.kit.written_once import write_once
from fondaco.partners.models import Member
from fondaco.review.models import ReviewMessage, Submission
from fondaco.review.policies import reviewable_tracks
from fondaco.review.states import SubmissionStatus

_OF_VERSION: Final = ("version__app__partner", "version__technical", "version__listing")
_ROLES: Final = ("submitted_by", "decided_by", "taken_by")
_LOOK_BACK: Final = timedelta(days=90)
_MOST: Final = 500  # decisions that are looked at, so that a busy house does not read its whole history
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


def get_submission(by: Operator, submission_id: str, *, more: Mapping[str, Any] | None = None) -> Submission:
    """One submission of a track that ``by`` reviews, open or decided, by wire id; ``more`` is read along with it."""
    found = parse_wire(submission_id)
    own = Member.objects.filter(partner=OuterRef("version__app__partner"), person=by.pk, is_active=True)
    submissions = whole_submissions().annotate(is_of_reader=Exists(own), **_place_and_people(), **(more or {}))
    submissions = submissions.filter(track__in=reviewable_tracks(by))
    submission = submissions.filter(pk=found).first() if found else None
    if submission is None:
        raise NotFound
    _give_names(submission)
    return submission


def whole_submissions() -> QuerySet[Submission]:
    """Submissions with all that is read along with one, but for its people.

    PostgreSQL weighs every order in which tables can be joined: three more of them cost it more than all the rest.
    """
    whole = Submission.objects.select_related(*_OF_VERSION, "policy_decision")
    return whole.defer("version__listing__search")


@cache
def _place_and_people() -> dict[str, RawSQL]:
    people = Person.objects.filter(pk__in=[OuterRef(f"{role}_id") for role in _ROLES])
    named = ArraySubquery(people.values(row=JSONObject(id="pk", name="name")))
    return write_once(whole_submissions(), {"earlier": Subquery(_EARLIER), "people": named})


def _give_names(submission: Submission) -> None:
    """The people of a submission, of whom more than the name is read only where it is asked for."""
    people: list[dict[str, str]] = submission.people  # type: ignore[attr-defined]  # annotated
    names = {UUID(one["id"]): one["name"] for one in people}
    for role in _ROLES:
        key = getattr(submission, f"{role}_id")
        setattr(submission, role, key and Person.from_db(DEFAULT_DB_ALIAS, ["id", "name"], [key, names[key]]))


def list_submissions(version: Version, *, with_changes: bool = False) -> list[Submission]:
    """Every submission of a version with its conversation, newest first; ``with_changes`` reads all that was asked for.

    Whoever passes the version was let in to it.
    """
    found = version.submissions.select_related("submitted_by", "decided_by", "taken_by", "version__app__partner")
    found = found.defer("content").annotate(earlier=Subquery(_EARLIER))
    found = _with_conversation(found).order_by("-created_at", "-pk")
    return list(found.prefetch_related("changes") if with_changes else found)


def get_own_submission(by: Member, submission_id: str) -> Submission:
    """One submission of the member's own partner, by wire id."""
    found = parse_wire(submission_id)
    own = _with_conversation(_submissions()).prefetch_related("changes").filter(version__app__partner_id=by.partner_id)
    submission = own.filter(pk=found).first() if found else None
    if submission is None or not by.is_active:
        raise NotFound
    return submission


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
            "SELECT count(*), percentile_cont(0.8) WITHIN GROUP (ORDER BY spent) FROM ("
            "SELECT extract(epoch FROM status_changed_at - created_at) AS spent FROM review_submission "
            "WHERE track = %s AND status IN ('approved', 'rejected') AND status_changed_at > %s "
            "ORDER BY status_changed_at DESC LIMIT %s) AS latest",
            [track.value, clock.now() - _LOOK_BACK, _MOST],
        )
        count, seconds = cursor.fetchone()
    return max(timedelta(seconds=seconds), timedelta(minutes=1)) if count >= _ENOUGH else None


def _with_conversation(submissions: QuerySet[Submission]) -> QuerySet[Submission]:
    """With what was said between reviewers and partner. Never the notes."""
    return submissions.prefetch_related(Prefetch("messages", ReviewMessage.objects.select_related("author")))


def _submissions() -> QuerySet[Submission]:
    return Submission.objects.select_related(*_OF_VERSION, *_ROLES).defer("version__listing__search")
