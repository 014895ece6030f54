"""Versions as the platform looks after them in the marketplace."""

from __future__ import annotations

from datetime import datetime

from fondaco.catalog.models import Version
from fondaco.surfaces.api.management.shapes.fields import Body, Shape


class WithholdBody(Body):
    """What the partner reads, and whoever would have installed it."""

    reason: str


class OfferedVersionShape(Shape):
    """A version, its states, and whether the platform or its partner keeps it out; null and empty when nobody does."""

    version_id: str
    version: str
    app_id: str
    app: str
    partner_id: str
    partner: str
    technical_status: str
    listing_status: str
    is_published: bool
    withheld_at: datetime | None
    withheld_by: str
    withheld_reason: str
    unlisted_at: datetime | None
    unlisted_reason: str

    @classmethod
    def of(cls, version: Version) -> OfferedVersionShape:
        alike = ("is_published", "withheld_at", "withheld_by", "withheld_reason", "unlisted_at", "unlisted_reason")
        return cls(
            version_id=version.pk.hex,
            version=version.name,
            app_id=version.app_id.hex,
            app=version.app.name,
            partner_id=version.app.partner_id.hex,
            partner=version.app.partner.name,
            technical_status=version.technical.status,
            listing_status=version.listing.status,
            **{name: getattr(version, name) for name in alike},
        )
