"""To the partner: a review ended, and what comes next (FAQ 4 and 15)."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from fondaco.accounts.permissions import Permission
from fondaco.audit.models import Event
from fondaco.audit.recording import projects
from fondaco.catalog.states import Track
from fondaco.notify.letters import Letter, Mail, link
from fondaco.notify.recipients import members
from fondaco.review import events
from fondaco.review.models import Submission

APPROVED = Mail(
    "submission_approved",
    when="a track of a version passed its review",
    to="the partner's people who edit that track",
    subject="⟨version⟩: ⟨track⟩ content approved",
)
REJECTED = Mail(
    "submission_rejected",
    when="a reviewer asks for changes",
    to="the partner's people who edit that track",
    subject="⟨version⟩: ⟨track⟩ content needs changes",
)


@projects(events.SUBMISSION_APPROVED)
def queue_approved(event: Event, submission: Submission) -> None:
    APPROVED.queue(submission.pk)


@projects(events.SUBMISSION_REJECTED)
def queue_rejected(event: Event, submission: Submission) -> None:
    REJECTED.queue(submission.pk)


@APPROVED.compose
def compose_approved(submission_id: UUID) -> Letter:
    submission = _load(submission_id)
    if submission.track == Track.TECHNICAL:
        next_step = _("You can make this version available to customers whenever you are ready.")
    else:
        next_step = _("The listing appears in the marketplace as soon as the version is available.")
    return Letter(
        to=_partner_people(submission),
        subject=_("%(version)s: %(track)s content approved") % _names(submission),
        paragraphs=[
            _("Good news: the %(track)s content of %(version)s passed its review.") % _names(submission),
            next_step,
        ],
        quote=submission.feedback,
        button=(_("Open the version"), _address(submission)),
    )


@REJECTED.compose
def compose_rejected(submission_id: UUID) -> Letter:
    submission = _load(submission_id)
    return Letter(
        to=_partner_people(submission),
        subject=_("%(version)s: %(track)s content needs changes") % _names(submission),
        paragraphs=[
            _("The %(track)s content of %(version)s was not approved yet. This is what to change:") % _names(submission)
        ],
        quote=submission.feedback,
        button=(_("Open the version"), _address(submission)),
        closing=_("Everything you entered is kept. Change it and submit it again; there is no limit."),
    )


def _load(submission_id: UUID) -> Submission:
    return Submission.objects.select_related("version__app__partner").get(pk=submission_id)


def _partner_people(submission: Submission) -> list[str]:
    permission = (
        Permission.PARTNER_APPS_EDIT if submission.track == Track.TECHNICAL else Permission.PARTNER_LISTING_EDIT
    )
    return members(submission.version.app.partner_id, permission)


def _names(submission: Submission) -> dict[str, str]:
    return {"version": str(submission.version), "track": submission.get_track_display()}


def _address(submission: Submission) -> str:
    return link(
        f"/portal/versions/{submission.version_id.hex}", place=f"partner:{submission.version.app.partner_id.hex}"
    )
