"""What a track still needs before it can be submitted (DOMAIN 5.2)."""

from __future__ import annotations

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from fondaco.catalog.asking import find_refused
from fondaco.catalog.models import Category, ListingContent, Plan, PlanType, Screenshot, TechnicalContent, Version
from fondaco.catalog.scopes import SCOPES
from fondaco.catalog.states import Track


def missing_fields(version: Version, track: Track) -> dict[str, str]:
    """Field name → what to do about it; empty when the track may be submitted."""
    if track == Track.TECHNICAL:
        return _missing_technical(version.technical)
    return _missing_listing(version.listing)


def _missing_technical(content: TechnicalContent) -> dict[str, str]:
    missing = {}
    if not content.events_callback_url:
        missing["events_callback_url"] = _("Say where events are to be sent.")
    if not content.standalone_url:
        missing["standalone_url"] = _("Say where people land when they launch the app.")
    if not content.redirect_urls:
        missing["redirect_urls"] = _("Give at least one address to which single sign-on may return.")
    unexplained = [name for name in content.scopes if SCOPES[name].needs_reason and not content.scope_reasons.get(name)]
    if unexplained:
        missing["scopes"] = _("Say in one sentence why you need %(scopes)s.") % {"scopes": ", ".join(unexplained)}
    for refused in find_refused(vars(content), content.scopes):
        missing[refused.field] = refused.words
    return missing


def _missing_listing(content: ListingContent) -> dict[str, str]:
    missing = {}
    pieces = _pieces(content)
    if not content.display_name:
        missing["display_name"] = _("Give the name that customers read.")
    if not content.summary:
        missing["summary"] = _("Say in one sentence what the app does.")
    if not content.description:
        missing["description"] = _("Describe the app.")
    if not pieces["has_categories"]:
        missing["categories"] = _("Choose one to three categories.")
    if not content.privacy_url:
        missing["privacy_url"] = _("Link to your privacy policy.")
    if not content.terms_url:
        missing["terms_url"] = _("Link to your terms of use.")
    if not (content.support_url or content.support_email):
        missing["support_email"] = _("Say where customers get help: a page or an address.")
    if not pieces["has_screenshots"]:
        missing["screenshots"] = _("Add at least one screenshot.")
    if not pieces["has_plans"]:
        missing["plans"] = _("Add at least one paid plan beside the trial.")
    return missing


def _pieces(content: ListingContent) -> dict[str, bool]:
    """Whether categories, screenshots and paid plans are there; one query."""
    shelves = Category.listings.through.objects.filter(listingcontent_id=OuterRef("pk"))
    screenshots = Screenshot.objects.filter(listing_id=OuterRef("pk"))
    plans = Plan.objects.filter(version_id=OuterRef("pk"), type=PlanType.PAID)
    found = ListingContent.objects.filter(pk=content.pk)
    row = found.values(has_categories=Exists(shelves), has_screenshots=Exists(screenshots), has_plans=Exists(plans))
    return {name: bool(value) for name, value in row.get().items()}
