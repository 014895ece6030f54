"""To the reviewers: a submission was not answered within its target."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from fondaco.audit.models import Event
from fondaco.audit.recording import projects
from fondaco.notify.letters import Letter, Mail
from fondaco.notify.recipients import reviewers
from fondaco.notify.review_letters import desk, load, names
from fondaco.review import events_workbench as events
from fondaco.review.models import Submission

MAIL = Mail(
    "submission_overdue",
    when="a submission was not answered within its target",
    to="who has taken it, else the reviewers of that track",
    subject="⟨version⟩ waits longer than we promise",
)


@projects(events.SUBMISSION_OVERDUE)
def queue(event: Event, submission: Submission) -> None:
    MAIL.queue(submission.pk)


@MAIL.compose
def compose(submission_id: UUID) -> Letter | None:
    submission = load(submission_id)
    if not submission.is_open:
        return None
    words = names(submission)
    whose = (
        _("It is yours; hand it over if you cannot get to it.") if submission.taken_by else _("Nobody has taken it.")
    )
    return Letter(
        to=reviewers(submission),
        subject=_("%(version)s waits longer than we promise") % words,
        paragraphs=[
            _("The %(track)s content of %(version)s by %(partner)s was to be answered by now.") % words,
            whose,
        ],
        button=(_("Open the submission"), desk(submission)),
        closing=_("Ask the partner if something is missing: the target waits while they are asked."),
    )
