"""Reads of the catalog: a partner's own apps, and the marketplace that anyone may see."""

from fondaco.catalog.completeness import missing_fields
from fondaco.catalog.queries.apps import (
    get_app,
    get_plan,
    get_screenshot,
    get_version,
    get_versions,
    list_apps,
    list_history,
    list_partner_apps,
    newest_version,
    predecessor,
)
from fondaco.catalog.queries.drafts import OtherEditor, find_draft, list_other_editors, list_unsaved
from fondaco.catalog.queries.listing import (
    ListingView,
    PermissionLine,
    PlanLine,
    as_typed,
    lines_for,
    listing_view,
    permission_lines,
)
from fondaco.catalog.queries.marketplace import (
    Sort,
    get_listing,
    latest_published,
    list_categories,
    search_listings,
)

__all__ = [
    "ListingView",
    "OtherEditor",
    "PermissionLine",
    "PlanLine",
    "Sort",
    "as_typed",
    "find_draft",
    "get_app",
    "get_listing",
    "get_plan",
    "get_screenshot",
    "get_version",
    "get_versions",
    "latest_published",
    "lines_for",
    "list_apps",
    "list_categories",
    "list_history",
    "list_other_editors",
    "list_partner_apps",
    "list_unsaved",
    "listing_view",
    "missing_fields",
    "newest_version",
    "permission_lines",
    "predecessor",
    "search_listings",
]
