"""Steps that the actions on a submission share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fondaco.audit.actor import Actor
from fondaco.audit.kinds import EventKind
from fondaco.audit.recording import record
from fondaco.catalog.validation import FieldProblems
from fondaco.review.errors import AlreadyDecided
from fondaco.review.labels import status_label
from fondaco.review.models import Submission
from fondaco.review.states import SubmissionStatus


def lock(submission: Submission) -> Submission:
    """The submission as the database has it, held until the commit.

    Locked first and read then: one statement for both would, after waiting for somebody else's commit, show the new
    row beside the people of the old one (PostgreSQL looks again at the locked table only).
    """
    Submission.objects.select_for_update().only("pk").get(pk=submission.pk)
    people = ("submitted_by", "decided_by", "taken_by")
    return Submission.objects.select_related("version__app__partner", *people).get(pk=submission.pk)


def lock_open(submission: Submission) -> Submission:
    """The same, but of two people at once the slower one is told who was faster (T25)."""
    locked = lock(submission)
    if locked.status != SubmissionStatus.OPEN:
        name = locked.decider or locked.submitted_by.name
        raise AlreadyDecided(name=name, status=status_label(locked.status).lower())
    return locked


def note_down(kind: EventKind, submission: Submission, *, actor: Actor, data: Mapping[str, Any] | None = None) -> None:
    """Records a fact about the submission, for its partner's scope."""
    facts = {"track": submission.track, "version_id": submission.version_id.hex, **(data or {})}
    record(kind, submission, actor=actor, data=facts, **submission.audit_scope())


def clean_text(field: str, value: object, *, most: int, least: int = 0) -> str:
    """Text of several lines, or :class:`Invalid` for ``field``."""
    found = FieldProblems()
    clean = found.text(field, value, least=least, most=most, lines=True)
    found.raise_if_any()
    return clean
