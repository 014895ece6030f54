"""What anyone may read: advertised listings, the shelves, and the scopes there are."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from fondaco.catalog.data_fields import DATA_FIELDS
from fondaco.catalog.models import LicenceModel, Version
from fondaco.catalog.queries import Sort, get_listing, list_categories, listing_view, search_listings
from fondaco.catalog.scopes import SCOPES
from fondaco.catalog.subscriptions import EVENT_TYPES
from fondaco.surfaces.api.management.door import Place, Request, Routes
from fondaco.surfaces.api.management.pages import ranked_page, whole
from fondaco.surfaces.api.management.shapes.catalogue import CategoryShape, DataFieldShape, EventTypeShape, ScopeShape
from fondaco.surfaces.api.management.shapes.fields import Cursor, Limit, Page, Slug
from fondaco.surfaces.api.management.shapes.installations import CardShape, ListingPageShape, PermissionShape
from fondaco.surfaces.api.management.shapes.offers import PlanShape, ScreenshotShape

routes = Routes("Marketplace", Place.ANYWHERE)


@routes.reads("/marketplace/listings", Page[CardShape])
def search_marketplace(
    request: Request,
    text: Annotated[str, Field(max_length=200)] = "",
    category: Slug | None = None,
    has_trial: bool = False,
    plan_model: Literal["per_seat", "per_account"] | None = None,
    sort: Literal["relevance", "name", "newest"] = "relevance",
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Page[CardShape]:
    """Apps that customers can install now."""
    found = search_listings(
        text=text,
        category=category or "",
        has_trial=has_trial,
        model=LicenceModel(plan_model) if plan_model else None,
        sort=Sort(sort),
    )
    return ranked_page(found, _card, cursor=cursor, limit=limit)


@routes.reads("/marketplace/listings/{app}", ListingPageShape)
def get_marketplace_listing(request: Request, app: str) -> ListingPageShape:
    """One listing, by the app's address."""
    version = get_listing(app)
    view = listing_view(version)
    pages = ("description", "video_url", "trial_days", "is_manually_provisioned", "support_url", "support_email")
    links = ("docs_url", "privacy_url", "terms_url", "published_at")
    return ListingPageShape(
        **_card(version).model_dump(),
        **{name: getattr(view, name) for name in (*pages, *links)},
        version_id=version.pk.hex,
        version=version.name,
        screenshots=[ScreenshotShape.of(screenshot) for screenshot in view.screenshots],
        permissions=[
            PermissionShape(scope=line.scope, consent=str(line.consent), reads=line.reads, reason=line.reason)
            for line in view.permissions
        ],
        plans=[PlanShape.of(plan) for plan in version.plans.all()],
    )


@routes.reads("/marketplace/categories", Page[CategoryShape])
def list_marketplace_categories(request: Request) -> Page[CategoryShape]:
    """The shelves."""
    return whole(list_categories(), lambda category: CategoryShape(slug=category.pk, name=category.name))


@routes.reads("/scopes", Page[ScopeShape])
def list_scopes(request: Request) -> Page[ScopeShape]:
    """The catalogue: what apps may ask for, what clients of the portal can have, and what each scope means."""
    return whole(
        SCOPES.values(),
        lambda scope: ScopeShape(
            name=scope.name,
            consent=str(scope.consent),
            needs_reason=scope.needs_reason,
            is_requestable=not scope.implicit,
            is_for_portal_clients=not scope.is_for_installations,
            api=str(scope.api),
            allows=str(scope.allows),
            endpoints=list(scope.endpoints),
        ),
    )


@routes.reads("/data-fields", Page[DataFieldShape])
def list_data_fields(request: Request) -> Page[DataFieldShape]:
    """The data that a version may say it reads, and the scope that each field takes."""
    return whole(DATA_FIELDS.values(), DataFieldShape.of)


@routes.reads("/event-types", Page[EventTypeShape])
def list_event_types(request: Request) -> Page[EventTypeShape]:
    """The events that apps are sent: which come always, and which a version asks for with what scope."""
    return whole(EVENT_TYPES.values(), EventTypeShape.of)


def _card(version: Version) -> CardShape:
    return CardShape(
        app=version.app.slug,
        name=version.listing.display_name or version.app.name,
        company=version.app.partner.name,
        summary=version.listing.summary,
        icon_url=version.app.icon_url,
        categories=[category.pk for category in version.listing.categories.all()],
        has_trial=any(plan.is_trial for plan in version.plans.all()),
    )
