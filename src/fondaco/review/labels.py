"""Words for the states of a submission."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fondaco.catalog.states import Track
from fondaco.review.models import ChangeKind
from fondaco.review.snapshots import FIELDS
from fondaco.review.states import SampleStatus, SubmissionStatus

STATUSES: Final[dict[str, Promise]] = {
    SubmissionStatus.OPEN.value: _("Waiting"),
    SubmissionStatus.APPROVED.value: _("Approved"),
    SubmissionStatus.REJECTED.value: _("Rejected"),
    SubmissionStatus.WITHDRAWN.value: _("Withdrawn"),
}
SAMPLE_STATUSES: Final[dict[str, Promise]] = {
    SampleStatus.OPEN.value: _("To look at"),
    SampleStatus.FINE.value: _("Fine"),
    SampleStatus.PROBLEM.value: _("Problem found"),
}

_MORE: Final[dict[Track, dict[str, Promise]]] = {
    Track.TECHNICAL: {"scopes": _("Scopes"), "test_credentials": _("Log-in for testing")},
    Track.LISTING: {"plans": _("Plans"), "screenshots": _("Screenshots"), "icon": _("Icon")},
}

SHOWN: Final[dict[str, Promise]] = {  # of the queue, by ``queries.Shown``
    "waiting": _("Waiting for us"),
    "free": _("Not taken"),
    "mine": _("Mine"),
    "overdue": _("Overdue"),
    "second": _("One more approval"),
    "asked": _("Waiting for the partner"),
    "snoozed": _("Put aside"),
    "all": _("Everything open"),
}
ORDERS: Final[dict[str, Promise]] = {  # by ``queries.Order``
    "age": _("The longest waiting"),
    "due": _("The next due"),
    "risk": _("The riskiest"),
}


def status_label(status: str) -> str:
    """The state as people read it, in the active language."""
    return str(STATUSES[status])


def subjects_of(track: Track) -> dict[str, str]:
    """What a requested change of this track can be about: names of fields, as people read them."""
    return {name: str(words) for name, words in {**FIELDS[track], **_MORE[track]}.items()}


def subject_label(track: Track, kind: str, subject: str) -> str:
    """What a requested change is about, as people read it."""
    if kind == ChangeKind.CHECK:
        return str(_("Check %(id)s") % {"id": subject})
    return subjects_of(track).get(subject, subject)
