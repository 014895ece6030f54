"""To the partner: somebody has begun to review."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from fondaco.audit.models import Event
from fondaco.audit.recording import projects
from fondaco.notify.letters import Letter, Mail
from fondaco.notify.recipients import submitters
from fondaco.notify.review_letters import answering, load, names, portal_page
from fondaco.review import events_workbench as events
from fondaco.review.models import Side, Submission

MAIL = Mail(
    "submission_taken",
    when="a reviewer takes a submission",
    to="the partner's people who edit that track",
    subject="⟨version⟩: ⟨track⟩ content is being reviewed",
)


@projects(events.SUBMISSION_TAKEN)
def queue(event: Event, submission: Submission) -> None:
    MAIL.queue(submission.pk)


@MAIL.compose
def compose(submission_id: UUID) -> Letter | None:
    submission = load(submission_id)
    if submission.taken_by is None or not submission.is_open:  # given back or decided before this mail was written
        return None
    words = {**names(submission), "reviewer": submission.taken_by.name}
    return Letter(
        to=submitters(submission),
        subject=_("%(version)s: %(track)s content is being reviewed") % words,
        paragraphs=[
            _("%(reviewer)s has begun to review the %(track)s content of %(version)s.") % words,
            _("There is nothing to do for you now. If there is a question, you get it by mail."),
        ],
        button=(_("Open the version"), portal_page(submission)),
        **answering(submission, Side.PARTNER),
    )
