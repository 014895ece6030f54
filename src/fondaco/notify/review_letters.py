"""What the mails about reviews have in common: addresses of pages, threads, and where to answer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from fondaco.kit.replies import MARK
from fondaco.notify.letters import link
from fondaco.review.models import ReviewMessage, Side, Submission
from fondaco.review.replies import reply_address

_MOST_REFERENCES = 20


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
    """What lets people of ``side`` answer a letter by mail; nothing where the house takes in no mails."""
    if not settings.ACCEPTS_REPLIES:
        return {}
    return {
        "opening": _("%(mark)s Answer above this line, or on the page below.") % {"mark": MARK},
        "reply_to": reply_address(submission.pk, side),
    }


def threading(message: ReviewMessage) -> dict[str, str]:
    """Headers that make mail programs show the conversation as one (RFC 5322, 3.6.4)."""
    earlier = ReviewMessage.objects.filter(submission_id=message.submission_id, created_at__lt=message.created_at)
    references: list[str] = []
    for one in earlier:
        references += [one.message_id] if one.message_id == one.outgoing_id else [one.message_id, one.outgoing_id]
    headers = {"Message-ID": message.outgoing_id}
    if references:
        # A message that came by mail is known to its own side by that mail's id, and to the other by ours.
        last = earlier.last()
        own = last is not None and last.side != message.side
        headers["In-Reply-To"] = last.message_id if last and own else references[-1]
        headers["References"] = " ".join(references[-_MOST_REFERENCES:])
    return headers
