"""To the other reviewers of a track: one has approved, another person has to agree."""

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
from fondaco.review.risks import RISKS

MAIL = Mail(
    "submission_second_needed",
    when="one reviewer approved and policy asks for a second",
    to="the other reviewers of that track",
    subject="⟨version⟩ needs one more approval",
)


@projects(events.SUBMISSION_AGREED)
def queue(event: Event, submission: Submission) -> None:
    MAIL.queue(submission.pk)


@MAIL.compose
def compose(submission_id: UUID) -> Letter | None:
    submission = load(submission_id)
    approvals = list(submission.approvals.select_related("person"))
    if not submission.is_open or not approvals:
        return None
    words = {**names(submission), "reviewer": approvals[-1].person.name}
    return Letter(
        to=reviewers(submission, but=[approval.person_id for approval in approvals]),
        subject=_("%(version)s needs one more approval") % words,
        paragraphs=[
            _("%(reviewer)s approved the %(track)s content of %(version)s by %(partner)s.") % words,
            _("Another person has to agree before it counts."),
        ],
        quote=approvals[-1].comment,
        facts=[(_("Risks"), "\n".join(str(RISKS[reason]) for reason in submission.risk_reasons if reason in RISKS))],
        button=(_("Open the submission"), desk(submission)),
        closing=_("Approve it, or reject it with what has to change: both end the review."),
    )
