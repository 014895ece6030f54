"""Reads of the catalog: a partner's own apps, and the marketplace that anyone may see."""

from fondaco.catalog.completeness import missing_fields
from fondaco.catalog.queries.apps import (
    get_app,
    get_plan,
    get_screenshot,
    get_version,
    get_versions,
    list_app_events,
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
    last_advertised,
    latest_published,
    list_categories,
    search_listings,
)
from fondaco.catalog.queries.projects import WAITS_FOR_PARTNER, Need, count_projects, list_projects, load_newest
from fondaco.catalog.queries.publication import find_plan

__all__ = [
    "WAITS_FOR_PARTNER",
    "ListingView",
    "Need",
    "OtherEditor",
    "PermissionLine",
    "PlanLine",
    "Sort",
    "as_typed",
    "count_projects",
    "find_draft",
    "find_plan",
    "get_app",
    "get_listing",
    "get_plan",
    "get_screenshot",
    "get_version",
    "get_versions",
    "last_advertised",
    "latest_published",
    "lines_for",
    "list_app_events",
    "list_apps",
    "list_categories",
    "list_history",
    "list_other_editors",
    "list_partner_apps",
    "list_projects",
    "list_unsaved",
    "listing_view",
    "load_newest",
    "missing_fields",
    "newest_version",
    "permission_lines",
    "predecessor",
    "search_listings",
]
