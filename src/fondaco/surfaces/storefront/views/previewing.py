"""The listing of a version that is not public, for its partner: the very page that customers will see, in a frame."""

from __future__ import annotations

from dataclasses import replace

from csp.decorators import csp_replace
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from fondaco.accounts.permissions import Permission
from fondaco.catalog.desks import Desk
from fondaco.catalog.models import EditingDraft
from fondaco.catalog.models.draft import Entries
from fondaco.catalog.queries import ListingView, as_typed, find_draft, get_version, list_categories, listing_view
from fondaco.catalog.states import Track
from fondaco.kit import clock
from fondaco.partners.models import Member
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.viewer import HouseRequest
from fondaco.surfaces.storefront.views.marketplace import Standing, make_quote


@xframe_options_sameorigin
@csp_replace({"frame-ancestors": ["'self'"]})  # type: ignore[arg-type]
@require_safe
@requires(Permission.PARTNER_VIEW)
def preview(request: HouseRequest, version_id: str) -> HttpResponse:
    """``theme`` is light or dark; ``text=typed`` shows what the reader typed and did not save, too.

    Only pages of this site may frame it, and it runs no scripts.
    """
    member = request.viewer.member
    view = listing_view(get_version(member, version_id))
    if request.GET.get("text") == "typed":
        view = _as_typed(member, view)
    view = replace(view, published_at=view.published_at or clock.now())
    theme = request.GET.get("theme", "")
    context = {
        "view": view,
        "quote": make_quote(request, view),
        "measures": None,
        "standing": Standing(),
        "is_framed": True,
        "shown_theme": theme if theme in {"light", "dark"} else None,
    }
    return render(request, "storefront/preview.html", context)


def _as_typed(member: Member, view: ListingView) -> ListingView:
    drafts = {track: find_draft(member, Desk.of_track(view.version, track)) for track in Track}
    return as_typed(
        view,
        listing=_entries(drafts[Track.LISTING]),
        technical=_entries(drafts[Track.TECHNICAL]),
        shelves=list_categories(),
    )


def _entries(draft: EditingDraft | None) -> Entries | None:
    return draft.entries if draft else None
