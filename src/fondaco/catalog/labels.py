"""Words for the states and choices of the catalog."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fondaco.catalog.models.plan import LicenceModel, Meter
from fondaco.catalog.states import Track
from fondaco.catalog.subscriptions import EventType

STATUSES: Final[dict[str, Promise]] = {
    "draft": _("Draft"),
    "in_review": _("In review"),
    "approved": _("Approved"),
    "rejected": _("Rejected"),
    "available": _("Available"),
    "advertised": _("Advertised"),
    "deprecated": _("Deprecated"),
}
TESTER_STATUSES: Final[dict[str, Promise]] = {
    "invited": _("Invited"),
    "accepted": _("Testing"),
    "declined": _("Declined"),
    "removed": _("Removed"),
    "left": _("Left"),
}
TRANSFER_STATUSES: Final[dict[str, Promise]] = {
    "offered": _("Offered"),
    "accepted": _("Accepted"),
    "declined": _("Declined"),
    "withdrawn": _("Withdrawn"),
    "expired": _("Expired"),
    "completed": _("Completed"),
    "refused": _("Refused"),
}
TRACKS: Final[dict[str, Promise]] = {
    Track.TECHNICAL.value: _("Technical"),
    Track.LISTING.value: _("Listing"),
}
LICENCE_MODELS: Final[dict[str, Promise]] = {
    LicenceModel.PER_SEAT.value: _("per seat and month"),
    LicenceModel.PER_ACCOUNT.value: _("per account and month"),
}

TECHNICAL_FIELDS: Final[dict[str, Promise]] = {
    "events_callback_url": _("Events callback URL"),
    "standalone_url": _("Standalone URL"),
    "redirect_urls": _("Redirect URLs"),
    "data_fields": _("Data it reads"),
    "receives_user_logout": _("Hears of sign-outs"),
    "backchannel_logout_url": _("Back-channel logout URL"),
    "is_manually_provisioned": _("Manually provisioned"),
    "are_credentials_claimed": _("Credentials are fetched from a link"),
    "id_token_signed_response_alg": _("ID tokens are signed by"),
    "release_notes": _("Release notes"),
    "test_instructions": _("Test instructions"),
}
LISTING_FIELDS: Final[dict[str, Promise]] = {
    "display_name": _("Name"),
    "summary": _("Summary"),
    "description": _("Description"),
    "video_url": _("Video"),
    "support_url": _("Support page"),
    "support_email": _("Support address"),
    "docs_url": _("Documentation"),
    "privacy_url": _("Privacy policy"),
    "terms_url": _("Terms of use"),
}


def describe_meter(meter: Meter) -> str:
    """``$0.0125 per minute, 500 a month included, never more than $200 a month``."""
    words = [_("%(price)s per %(unit)s") % {"price": meter.price.format(), "unit": meter.unit}]
    if meter.included:
        words.append(_("%(count)s a month included") % {"count": f"{meter.included:,}"})
    if meter.cap:
        words.append(_("never more than %(cap)s a month") % {"cap": meter.cap.format()})
    return ", ".join(map(str, words))


def scope_missing(event: EventType) -> str:
    """Why an event cannot be asked for, and what to do."""
    words = _("%(event)s needs the scope %(scope)s, because it says %(fields)s. Add the scope, or do without it.")
    return str(words % {"event": event.type, "scope": event.scope, "fields": ", ".join(event.reads)})


def data_fields_need_scope(scope: str, names: list[str]) -> str:
    """Why these data fields cannot be read, and what to do."""
    words = _("%(fields)s: only the scope %(scope)s lets you read this. Add the scope, or do without it.")
    return str(words % {"fields": ", ".join(names), "scope": scope})


def status_label(status: str) -> str:
    """The state as people read it, in the active language."""
    return str(STATUSES[status])


def track_label(track: str) -> str:
    """The track as people read it."""
    return str(TRACKS[track])
