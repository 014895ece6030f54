"""What makes a submission risky: reasons with weights, read once when it is sent in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fondaco.catalog.comparison import Part
from fondaco.catalog.models import Version
from fondaco.catalog.scopes import SCOPES
from fondaco.catalog.states import Track
from fondaco.review.models import Submission
from fondaco.review.snapshots import Snapshot
from fondaco.review.states import SubmissionStatus


class Risk(StrEnum):
    NEW_PARTNER = "new_partner"
    FIRST_VERSION = "first_version"
    WRITE_SCOPES = "write_scopes"
    NEW_SCOPES = "new_scopes"
    NEW_HOSTS = "new_hosts"
    MANUAL_PROVISIONING = "manual_provisioning"
    NEW_CLAIMS = "new_claims"
    NEW_PRICES = "new_prices"


WEIGHTS: Final = {
    Risk.NEW_PARTNER: 3,
    Risk.WRITE_SCOPES: 3,
    Risk.FIRST_VERSION: 2,
    Risk.NEW_SCOPES: 2,
    Risk.NEW_HOSTS: 2,
    Risk.MANUAL_PROVISIONING: 1,
    Risk.NEW_CLAIMS: 1,
    Risk.NEW_PRICES: 1,
}
RISKS: Final[dict[str, Promise]] = {
    Risk.NEW_PARTNER.value: _("No version of this partner was ever approved"),
    Risk.WRITE_SCOPES.value: _("Asks to change customers' data"),
    Risk.FIRST_VERSION.value: _("The first version of this app"),
    Risk.NEW_SCOPES.value: _("Asks for more than the last approved version"),
    Risk.NEW_HOSTS.value: _("Sends events or people to other hosts than before"),
    Risk.MANUAL_PROVISIONING.value: _("Set up by hand"),
    Risk.NEW_CLAIMS.value: _("Says other things about the app than before"),
    Risk.NEW_PRICES.value: _("Other plans or prices than before"),
}
_CLAIMS: Final = ("display_name", "summary", "description")
_ADDRESSES: Final = ("events_callback_url", "standalone_url", "redirect_urls", "backchannel_logout_url")


class Level(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


FROM: Final = {Level.LOW: 0, Level.MEDIUM: 3, Level.HIGH: 6}  # the least sum of weights of each level
LEVELS: Final[dict[str, Promise]] = {
    Level.LOW.value: _("Low risk"),
    Level.MEDIUM.value: _("Medium risk"),
    Level.HIGH.value: _("High risk"),
}


@dataclass(frozen=True, slots=True)
class Assessment:
    """The sum of the weights, and why."""

    score: int
    reasons: tuple[Risk, ...]

    @property
    def approvals_needed(self) -> int:
        """Two where the house's policy asks for a second reviewer."""
        return 2 if {reason.value for reason in self.reasons} & set(settings.SECOND_REVIEWER_FOR) else 1


def level_of(score: int) -> Level:
    """Low, medium or high."""
    return next(level for level in (Level.HIGH, Level.MEDIUM, Level.LOW) if score >= FROM[level])


def assess(version: Version, track: Track, content: Snapshot) -> Assessment:
    """Judges what is sent in against what was approved before; three queries at most."""
    approved = _last_approved(version, track)
    reasons = [Risk.FIRST_VERSION] if approved is None else _news(track, approved, content)
    if approved is None and not _has_approved(version):
        reasons.insert(0, Risk.NEW_PARTNER)
    if track == Track.TECHNICAL:
        if any(SCOPES[name].needs_reason for name in content[Part.SCOPES.value] if name in SCOPES):
            reasons.append(Risk.WRITE_SCOPES)
        if content[Part.TECHNICAL.value]["is_manually_provisioned"]:
            reasons.append(Risk.MANUAL_PROVISIONING)
    return Assessment(sum(WEIGHTS[reason] for reason in reasons), tuple(sorted(reasons, key=list(Risk).index)))


def _news(track: Track, before: Snapshot, after: Snapshot) -> list[Risk]:
    if track == Track.TECHNICAL:
        old, new = (_hosts(one[Part.TECHNICAL.value]) for one in (before, after))
        found = [Risk.NEW_SCOPES] if _asks_for_more(before, after) else []
        return [*found, *([Risk.NEW_HOSTS] if new - old else [])]
    old_words, new_words = ([one[Part.LISTING.value].get(name) for name in _CLAIMS] for one in (before, after))
    found = [Risk.NEW_CLAIMS] if old_words != new_words else []
    return [*found, *([Risk.NEW_PRICES] if before[Part.PLANS.value] != after[Part.PLANS.value] else [])]


def _asks_for_more(before: Snapshot, after: Snapshot) -> bool:
    """More scopes, or more data; what was sent in before data was declared says nothing of it."""
    old, new = before[Part.TECHNICAL.value], after[Part.TECHNICAL.value]
    more_data = set(new["data_fields"]) - set(old["data_fields"]) if "data_fields" in old else set()
    return bool(set(after[Part.SCOPES.value]) - set(before[Part.SCOPES.value]) or more_data)


def _hosts(fields: Mapping[str, Any]) -> set[str | None]:
    addresses: list[str] = []
    for name in _ADDRESSES:
        value: Any = fields.get(name) or []
        addresses += value if isinstance(value, list) else [str(value)]
    return {urlsplit(address).hostname for address in addresses}


def _last_approved(version: Version, track: Track) -> Snapshot | None:
    approved = Submission.objects.filter(
        version__app_id=version.app_id, track=track, status=SubmissionStatus.APPROVED
    ).exclude(content={})
    return approved.order_by("-status_changed_at").values_list("content", flat=True).first()


def _has_approved(version: Version) -> bool:
    partner_id = version.app.partner_id
    return Submission.objects.filter(version__app__partner_id=partner_id, status=SubmissionStatus.APPROVED).exists()
