"""A listing as the marketplace shows it: the same for the partner's preview, the reviewer and the customer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.utils.functional import Promise

from fondaco.catalog.data_fields import describe_fields
from fondaco.catalog.labels import LICENCE_MODELS, describe_meter
from fondaco.catalog.merging import REASON
from fondaco.catalog.models import Category, Plan, Screenshot, Version
from fondaco.catalog.models.draft import Entries
from fondaco.catalog.scopes import SCOPES
from fondaco.catalog.validation import FieldProblems


@dataclass(frozen=True, slots=True)
class PermissionLine:
    """One thing that the app may see or do: the platform's words, what of it is read, then the partner's reason."""

    scope: str
    consent: str | Promise
    reason: str
    icon: str
    reads: str = ""  # the declared data fields in words


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A plan as customers compare it; ``unit`` says what the price is for."""

    plan: Plan
    unit: str | Promise

    @property
    def price(self) -> str:
        """``$18``; the trial costs nothing."""
        return self.plan.price.format()

    @property
    def usage(self) -> str:
        """What usage costs on top, in words; empty when nothing is counted."""
        return describe_meter(self.plan.meter) if self.plan.meter else ""


@dataclass(frozen=True, slots=True)
class ListingView:
    """All that a listing page shows."""

    version: Version
    name: str
    slug: str
    icon_url: str
    company: str
    company_website: str
    summary: str
    description: str  # Markdown subset, to be shown through the ``markdown`` filter
    categories: tuple[Category, ...]
    screenshots: tuple[Screenshot, ...]
    video_url: str
    permissions: tuple[PermissionLine, ...]
    trial: Plan | None
    trial_days: int
    paid_plans: tuple[PlanLine, ...]
    is_manually_provisioned: bool
    support_url: str
    support_email: str
    docs_url: str
    privacy_url: str
    terms_url: str
    published_at: datetime | None


def listing_view(version: Version) -> ListingView:
    """Prepares the listing of any version, complete or not; three queries unless prefetched."""
    app, listing, technical = version.app, version.listing, version.technical
    plans = list(version.plans.all())
    return ListingView(
        version=version,
        name=listing.display_name or app.name,
        slug=app.slug,
        icon_url=app.icon_url,
        company=app.partner.name,
        company_website=app.website or app.partner.website,
        summary=listing.summary,
        description=listing.description,
        categories=tuple(listing.categories.all()),
        screenshots=tuple(listing.screenshots.all()),
        video_url=listing.video_url,
        permissions=permission_lines(version),
        trial=next((plan for plan in plans if plan.is_trial), None),
        trial_days=settings.TRIAL_LENGTH.days,
        paid_plans=tuple(PlanLine(plan, LICENCE_MODELS[plan.model]) for plan in plans if not plan.is_trial),
        is_manually_provisioned=technical.is_manually_provisioned,
        support_url=listing.support_url,
        support_email=listing.support_email,
        docs_url=listing.docs_url,
        privacy_url=listing.privacy_url,
        terms_url=listing.terms_url,
        published_at=listing.status_changed_at if version.is_published else None,
    )


def permission_lines(version: Version) -> tuple[PermissionLine, ...]:
    """What customers read about the scopes that the version asks for."""
    content = version.technical
    return lines_for(content.scopes, content.scope_reasons, content.data_fields)


def lines_for(
    scopes: Collection[str], reasons: Mapping[str, str], data_fields: Collection[str]
) -> tuple[PermissionLine, ...]:
    """What customers read about these scopes, in the catalogue's order, with the partner's reasons."""
    return tuple(
        PermissionLine(
            scope.name,
            scope.consent,
            reasons.get(scope.name, ""),
            scope.icon,
            reads=describe_fields(scope.name, data_fields),
        )
        for scope in SCOPES.values()
        if scope.name in scopes
    )


def as_typed(
    view: ListingView, *, listing: Entries | None, technical: Entries | None, shelves: Iterable[Category]
) -> ListingView:
    """The same with what somebody typed and did not save. An address that could not be saved is left out."""
    if listing is not None:
        chosen = listing.get("categories", [])
        view = replace(
            view,
            name=_typed(listing, "display_name") or view.version.app.name,
            support_email=FieldProblems().email("support_email", _typed(listing, "support_email")),
            categories=tuple(shelf for shelf in shelves if shelf.slug in chosen),
            summary=_typed(listing, "summary"),
            description=_typed(listing, "description"),
            video_url=_typed_url(listing, "video_url"),
            support_url=_typed_url(listing, "support_url"),
            docs_url=_typed_url(listing, "docs_url"),
            privacy_url=_typed_url(listing, "privacy_url"),
            terms_url=_typed_url(listing, "terms_url"),
        )
    if technical is not None:
        scopes = technical.get("scopes", [])
        reasons = {scope: _typed(technical, f"{REASON}{scope}") for scope in scopes}
        by_hand = bool(technical.get("is_manually_provisioned"))
        permissions = lines_for(scopes, reasons, technical.get("data_fields", []))
        view = replace(view, permissions=permissions, is_manually_provisioned=by_hand)
    return view


def _typed(entries: Entries, name: str) -> str:
    return (entries.get(name) or [""])[0].strip()


def _typed_url(entries: Entries, name: str) -> str:
    return FieldProblems().url(name, _typed(entries, name))
