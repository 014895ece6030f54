"""Fingerprints of a version's content, so that it is known whether checks looked at exactly what stands there now."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Final

from fondaco.catalog.models import IdTokenAlgorithm, Version
from fondaco.catalog.states import Track

_TECHNICAL: Final = (
    "events_callback_url", "standalone_url", "redirect_urls", "scopes", "scope_reasons", "data_fields",
    "receives_user_logout",
    "backchannel_logout_url", "are_credentials_claimed", "is_manually_provisioned", "release_notes",
    "test_instructions",
)  # fmt: skip
_LISTING: Final = (
    "display_name", "summary", "description", "video_url", "support_url", "support_email", "docs_url", "privacy_url",
    "terms_url",
)  # fmt: skip
_PLAN: Final = (
    "type", "model", "name", "summary", "description", "price_minor", "currency", "min_licences", "max_licences",
    "meter_unit", "meter_price_micros", "meter_included", "meter_cap_minor",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Marks:
    """The fingerprints and revisions of both contents at one moment."""

    technical: str
    listing: str
    technical_revision: int
    listing_revision: int

    def of(self, track: Track) -> str:
        """One track's fingerprint."""
        return self.technical if track == Track.TECHNICAL else self.listing


def read_marks(version: Version) -> Marks:
    """The marks of ``version`` as its loaded contents are; three queries for plans, pictures and categories."""
    technical, listing = version.technical, version.listing
    asks: dict[str, Any] = {name: getattr(technical, name) for name in _TECHNICAL}
    if technical.id_token_signed_response_alg != IdTokenAlgorithm.ES256:  # what was checked before it could be chosen
        asks["id_token_signed_response_alg"] = technical.id_token_signed_response_alg
    asks["has_test_credentials"] = technical.test_credentials is not None
    shows: dict[str, Any] = {name: getattr(listing, name) for name in _LISTING}
    shows["icon"] = version.app.icon
    shows["plans"] = [[getattr(plan, name) for name in _PLAN] for plan in version.plans.all()]
    shows["screenshots"] = [[one.image, one.alternative_text] for one in listing.screenshots.all()]
    shows["categories"] = sorted(category.pk for category in listing.categories.all())
    return Marks(_hash(asks), _hash(shows), technical.revision, listing.revision)


def _hash(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]
