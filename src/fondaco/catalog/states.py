"""The two tracks of a version (FAQ 15, DOMAIN 5.3): technical content and listing content, each with its own state."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from fondaco.audit.status import Machine
from fondaco.catalog import events


class Track(StrEnum):
    TECHNICAL = "technical"
    LISTING = "listing"


class Part(StrEnum):
    """What is edited on one page and saved at once."""

    TECHNICAL = "technical"
    LISTING = "listing"
    PLAN = "plan"
    NEW_PLAN = "new-plan"
    DETAILS = "details"
    NEW_APP = "new-app"


class TechnicalStatus(StrEnum):
    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    REJECTED = "rejected"
    AVAILABLE = "available"
    DEPRECATED = "deprecated"


class ListingStatus(StrEnum):
    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    REJECTED = "rejected"
    ADVERTISED = "advertised"
    DEPRECATED = "deprecated"


TECHNICAL: Final = Machine(
    name="technical content",
    states=TechnicalStatus,
    initial=TechnicalStatus.DRAFT,
    table={
        TechnicalStatus.DRAFT: frozenset({TechnicalStatus.IN_REVIEW}),
        TechnicalStatus.IN_REVIEW: frozenset(
            {TechnicalStatus.DRAFT, TechnicalStatus.APPROVED, TechnicalStatus.REJECTED}
        ),
        TechnicalStatus.APPROVED: frozenset({TechnicalStatus.AVAILABLE}),
        TechnicalStatus.REJECTED: frozenset({TechnicalStatus.IN_REVIEW}),
        TechnicalStatus.AVAILABLE: frozenset({TechnicalStatus.DEPRECATED}),
        TechnicalStatus.DEPRECATED: frozenset(),
    },
    events={
        TechnicalStatus.DRAFT: events.TECHNICAL_WITHDRAWN,
        TechnicalStatus.IN_REVIEW: events.TECHNICAL_SUBMITTED,
        TechnicalStatus.APPROVED: events.TECHNICAL_APPROVED,
        TechnicalStatus.REJECTED: events.TECHNICAL_REJECTED,
        TechnicalStatus.AVAILABLE: events.TECHNICAL_AVAILABLE,
        TechnicalStatus.DEPRECATED: events.TECHNICAL_DEPRECATED,
    },
)

LISTING: Final = Machine(
    name="listing content",
    states=ListingStatus,
    initial=ListingStatus.DRAFT,
    table={
        ListingStatus.DRAFT: frozenset({ListingStatus.IN_REVIEW}),
        ListingStatus.IN_REVIEW: frozenset({ListingStatus.DRAFT, ListingStatus.APPROVED, ListingStatus.REJECTED}),
        ListingStatus.APPROVED: frozenset({ListingStatus.ADVERTISED}),
        ListingStatus.REJECTED: frozenset({ListingStatus.IN_REVIEW}),
        ListingStatus.ADVERTISED: frozenset({ListingStatus.DEPRECATED}),
        ListingStatus.DEPRECATED: frozenset(),
    },
    events={
        ListingStatus.DRAFT: events.LISTING_WITHDRAWN,
        ListingStatus.IN_REVIEW: events.LISTING_SUBMITTED,
        ListingStatus.APPROVED: events.LISTING_APPROVED,
        ListingStatus.REJECTED: events.LISTING_REJECTED,
        ListingStatus.ADVERTISED: events.LISTING_ADVERTISED,
        ListingStatus.DEPRECATED: events.LISTING_DEPRECATED,
    },
)
EDITABLE: Final = frozenset({"draft", "rejected"})
