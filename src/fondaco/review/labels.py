"""Words for the states of a submission."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fondaco.review.states import SubmissionStatus

STATUSES: Final[dict[str, Promise]] = {
    SubmissionStatus.OPEN.value: _("Waiting"),
    SubmissionStatus.APPROVED.value: _("Approved"),
    SubmissionStatus.REJECTED.value: _("Rejected"),
    SubmissionStatus.WITHDRAWN.value: _("Withdrawn"),
}


def status_label(status: str) -> str:
    """The state as people read it, in the active language."""
    return str(STATUSES[status])
