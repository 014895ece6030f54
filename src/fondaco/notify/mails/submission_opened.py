"""To the reviewers of a track: something waits in the queue."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from fondaco.accounts.permissions import Permission
from fondaco.audit.models import Event
from fondaco.audit.recording import projects
from fondaco.catalog.states import Track
from fondaco.notify.letters import Letter, Mail, link
from fondaco.notify.recipients import operators
from fondaco.review import events
from fondaco.review.models import Submission

MAIL = Mail(
    "submission_opened",
    when="a track of a version is submitted",
    to="the reviewers of that track",
    subject="⟨version⟩ waits for review",
)
_REVIEWERS = {
    Track.TECHNICAL: Permission.OPERATOR_REVIEW_TECHNICAL,
    Track.LISTING: Permission.OPERATOR_REVIEW_LISTING,
}


@projects(events.SUBMISSION_OPENED)
def queue(event: Event, submission: Submission) -> None:
    MAIL.queue(submission.pk)


@MAIL.compose
def compose(submission_id: UUID) -> Letter:
    submission = Submission.objects.select_related("version__app__partner").get(pk=submission_id)
    version = submission.version
    return Letter(
        to=operators(_REVIEWERS[Track(submission.track)]),
        subject=_("%(version)s waits for review") % {"version": version},
        paragraphs=[
            _("%(partner)s submitted the %(track)s content of %(version)s.")
            % {"partner": version.app.partner.name, "track": submission.get_track_display(), "version": version}
        ],
        quote=submission.note,
        closing=_("Everything to decide on is there. The partner sees its place in the queue meanwhile."),
        button=(
            _("Open the submission"),
            _address(submission),
        ),
    )


def _address(submission: Submission) -> str:
    return link(f"/backoffice/submissions/{submission.track}/{submission.pk.hex}", place="operator:staff")
