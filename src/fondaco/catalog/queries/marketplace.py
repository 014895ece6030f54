"""What anyone may read: the advertised listings."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from django.contrib.postgres.search import SearchRank
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, When

from fondaco.catalog.models import App, Category, LicenceModel, Plan, PlanType, Version
from fondaco.catalog.search import search_query
from fondaco.catalog.states import ListingStatus, TechnicalStatus
from fondaco.kit.errors import NotFound


class Sort(StrEnum):
    RELEVANCE = "relevance"
    NAME = "name"
    NEWEST = "newest"


_WAS_PUBLIC: Final = (ListingStatus.ADVERTISED, ListingStatus.DEPRECATED)  # from no other state there is a way here
_FOR_REVIEWERS: Final = ("technical__test_credentials", "technical__test_instructions")


PUBLISHED: Final = Q(
    technical__status=TechnicalStatus.AVAILABLE,
    listing__status=ListingStatus.ADVERTISED,
    unlisted_at=None,
    withheld_at=None,
)


def _published() -> QuerySet[Version]:
    return Version.objects.filter(PUBLISHED)


def search_listings(
    *,
    text: str = "",
    category: str = "",
    has_trial: bool = False,
    model: LicenceModel | None = None,
    sort: Sort = Sort.RELEVANCE,
) -> QuerySet[Version]:
    """The latest published version of each app that fits, with app, partner, contents, categories and plans.

    ``model`` asks for a paid plan counted that way. Without ``text``, relevance is the name's order.
    """
    newer = _published().filter(app_id=OuterRef("app_id"), pk__gt=OuterRef("pk"))
    found = _published().filter(~Exists(newer))
    if category:
        found = found.filter(
            Exists(Category.listings.through.objects.filter(listingcontent_id=OuterRef("pk"), category_id=category))
        )
    if has_trial:
        found = found.filter(Exists(Plan.objects.filter(version_id=OuterRef("pk"), type=PlanType.TRIAL)))
    if model:
        found = found.filter(Exists(Plan.objects.filter(version_id=OuterRef("pk"), type=PlanType.PAID, model=model)))
    query = search_query(text)
    if query is not None:
        found = found.filter(listing__search=query)
    if sort == Sort.RELEVANCE and query is not None:
        found = found.annotate(rank=SearchRank(F("listing__search"), query)).order_by(
            "-rank", "listing__display_name", "pk"
        )
    elif sort == Sort.NEWEST:
        found = found.order_by("-listing__status_changed_at", "pk")
    else:
        found = found.order_by("listing__display_name", "pk")
    return (
        found.select_related("app__partner", "technical", "listing")
        .defer("listing__search", "listing__description", *_FOR_REVIEWERS)
        .prefetch_related("listing__categories", "plans")
    )


def get_listing(slug: str) -> Version:
    """The latest published version of the app at ``/marketplace/<slug>``."""
    version = (
        _published()
        .filter(app__slug=slug)
        .select_related("app__partner", "technical", "listing")
        .defer("listing__search", *_FOR_REVIEWERS)
        .order_by("-pk")
        .first()
    )
    if version is None:
        raise NotFound
    return version


def get_former_listing(slug: str) -> Version:
    """The version that was at ``/marketplace/<slug>`` last, when none is now; what never was there does not exist.

    One that may come back goes before those that are deprecated.
    """
    version = (
        Version.objects.filter(app__slug=slug, listing__status__in=_WAS_PUBLIC)
        .select_related("app", "technical", "listing")
        .defer("listing__search", "listing__description", *_FOR_REVIEWERS)
        .prefetch_related("listing__categories")
        .order_by(Case(When(listing__status=ListingStatus.ADVERTISED, then=0), default=1), "-pk")
        .first()
    )
    if version is None:
        raise NotFound
    return version


def is_former_listing(slug: str) -> bool:
    """Whether an app was at ``/marketplace/<slug>`` and none is now."""
    has_been = Version.objects.filter(app__slug=slug, listing__status__in=_WAS_PUBLIC).exists()
    return has_been and not _published().filter(app__slug=slug).exists()


def list_similar(version: Version, limit: int) -> list[Version]:
    """Published versions of other apps on the shelves of this one, by name, ready for cards."""
    found = search_listings().filter(listing__categories__in=version.listing.categories.all()).distinct()
    return list(found.exclude(app_id=version.app_id)[:limit])


def latest_published(app: App) -> Version | None:
    """The version that customers install now, or None."""
    return _published().filter(app=app).select_related("app__partner", "technical", "listing").order_by("-pk").first()


def last_advertised(version: Version) -> Version | None:
    """The version of the same app that customers saw last, with all that can be compared; this one does not count."""
    return (
        Version.objects.filter(app_id=version.app_id, listing__status__in=_WAS_PUBLIC)
        .exclude(pk=version.pk)
        .select_related("app__partner", "technical", "listing")
        .prefetch_related("plans", "listing__categories", "listing__screenshots")
        .order_by("-listing__status_changed_at", "-pk")
        .first()
    )


def list_categories() -> QuerySet[Category]:
    """The shelves, in the operator's order."""
    return Category.objects.order_by("position", "name")
