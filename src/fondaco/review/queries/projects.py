"""A partner's apps with what each waits for, reviewers' open questions among it."""

from __future__ import annotations

from django.db.models import OuterRef, QuerySet, Subquery

from fondaco.catalog.models import App
from fondaco.catalog.queries import count_projects, list_projects
from fondaco.partners.models import Member
from fondaco.review.models import Submission
from fondaco.review.states import SubmissionStatus


def list_own_projects(by: Member, *, text: str = "", waiting: bool | None = None) -> QuerySet[App]:
    """As ``catalog.queries.list_projects``, and an app with an open question waits for the partner.

    ``asked_id`` and ``asked_track`` are of the submission whose question is the oldest, of whichever version.
    """
    found = list_projects(by, text=text, waiting=waiting, asked=_asked("pk"))
    return found.annotate(asked_track=_asked("track"))


def count_own_projects(by: Member) -> tuple[int, int]:
    """How many of the partner's apps wait for it, and how many do not; one query."""
    return count_projects(by, asked=_asked("pk"))


def _asked(field: str) -> Subquery:
    open_questions = Submission.objects.filter(
        version__app_id=OuterRef("pk"), status=SubmissionStatus.OPEN, waiting_since__isnull=False
    )
    return Subquery(open_questions.order_by("waiting_since").values(field)[:1])
