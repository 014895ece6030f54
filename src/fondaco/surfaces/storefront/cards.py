"""A listing as a card in the lists of the marketplace."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise

from fondaco.catalog.labels import LICENCE_MODELS
from fondaco.catalog.models import Version
from fondaco.kit.money import Money


@dataclass(frozen=True, slots=True)
class Card:
    """What a card says; ``price_from`` is the cheapest paid plan's, None when there is none."""

    slug: str
    name: str
    company: str
    summary: str
    icon_url: str
    price_from: Money | None
    unit: Promise | None
    has_trial: bool


def make_card(version: Version) -> Card:
    """The card of a version whose contents and plans are loaded."""
    plans = list(version.plans.all())
    cheapest = min((plan for plan in plans if not plan.is_trial), key=lambda plan: plan.price_minor, default=None)
    return Card(
        slug=version.app.slug,
        name=version.listing.display_name,
        company=version.app.partner.name,
        summary=version.listing.summary,
        icon_url=version.app.icon_url,
        price_from=cheapest.price if cheapest else None,
        unit=LICENCE_MODELS[cheapest.model] if cheapest else None,
        has_trial=any(plan.is_trial for plan in plans),
    )
