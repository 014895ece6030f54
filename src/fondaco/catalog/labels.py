"""Words for the states and choices of the catalog."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fondaco.catalog.models.plan import LicenceModel
from fondaco.catalog.states import Track

STATUSES: Final[dict[str, Promise]] = {
    "draft": _("Draft"),
    "in_review": _("In review"),
    "approved": _("Approved"),
    "rejected": _("Rejected"),
    "available": _("Available"),
    "advertised": _("Advertised"),
    "deprecated": _("Deprecated"),
}
TRACKS: Final[dict[str, Promise]] = {
    Track.TECHNICAL.value: _("Technical"),
    Track.LISTING.value: _("Listing"),
}
LICENCE_MODELS: Final[dict[str, Promise]] = {
    LicenceModel.PER_SEAT.value: _("per seat and month"),
    LicenceModel.PER_ACCOUNT.value: _("per account and month"),
}


def status_label(status: str) -> str:
    """The state as people read it, in the active language."""
    return str(STATUSES[status])


def track_label(track: str) -> str:
    """The track as people read it."""
    return str(TRACKS[track])
