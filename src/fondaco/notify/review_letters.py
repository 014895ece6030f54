"""What the mails about reviews have in common: addresses of pages, threads, and where to answer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fondaco.notify import threads
from fondaco.notify.letters import link
from fondaco.review.models import ReviewMessage, Side, Submission
from fondaco.review.replies import reply_address


def load(submission_id: UUID) -> Submission:
    """The submission with everything that a mail names."""
    return Submission.objects.select_related("version__app__partner", "taken_by", "submitted_by").get(pk=submission_id)


def names(submission: Submission) -> dict[str, str]:
    """For the sentences."""
    return {
        "version": str(submission.version),
        "track": submission.get_track_display(),
        "partner": submission.version.app.partner.name,
    }


def desk(submission: Submission, part: str = "") -> str:
    """The reviewer's page."""
    path = f"/backoffice/submissions/{submission.track}/{submission.pk.hex}"
    return link(path, place="operator:staff") + part


def portal_page(submission: Submission, part: str = "") -> str:
    """The partner's page."""
    version = submission.version
    return link(f"/portal/versions/{version.pk.hex}", place=f"partner:{version.app.partner_id.hex}") + part


def answering(submission: Submission, side: Side) -> dict[str, Any]:
    """What lets people of ``side`` answer a letter by mail."""
    return threads.answering(reply_address(submission.pk, side))


def threading(message: ReviewMessage) -> dict[str, str]:
    """Headers that make mail programs show the conversation as one."""
    earlier = ReviewMessage.objects.filter(submission_id=message.submission_id, created_at__lt=message.created_at)
    return threads.threading(list(earlier), to=Side(message.side).other, outgoing_id=message.outgoing_id)
