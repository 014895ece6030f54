"""Reviews: the queue of each track, and one page with everything to decide on."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fondaco.accounts.permissions import Permission
from fondaco.catalog.labels import TRACKS
from fondaco.catalog.states import Track
from fondaco.kit.errors import Forbidden
from fondaco.kit.pagination import numbered_page
from fondaco.review.labels import STATUSES
from fondaco.review.policies import reviewable_tracks
from fondaco.review.queries import count_waiting, count_waivers, list_decided, list_queue, usual_answer_time
from fondaco.review.risks import LEVELS, level_of
from fondaco.surfaces.backoffice.forms_review import QueueForm
from fondaco.surfaces.backoffice.views.review_desk import RISK_TONES, TONES, show_at
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.paging import page_links, page_number
from fondaco.surfaces.site.viewer import HouseRequest

_PER_PAGE = 30


@requires(Permission.OPERATOR_VIEW)
@require_safe
def queues(request: HouseRequest) -> HttpResponse:
    """Leads to the queue of ``track``, else to the first one that the operator works on."""
    tracks = reviewable_tracks(request.viewer.operator)
    if not tracks:
        raise Forbidden
    wanted = request.GET.get("track", "")
    return redirect(f"backoffice:{wanted if wanted in tracks else tracks[0]}_reviews")


@requires(Permission.OPERATOR_REVIEW_TECHNICAL)
@require_safe
def technical_queue(request: HouseRequest) -> HttpResponse:
    """Technical content that waits."""
    return _queue(request, Track.TECHNICAL)


@requires(Permission.OPERATOR_REVIEW_LISTING)
@require_safe
def listing_queue(request: HouseRequest) -> HttpResponse:
    """Listing content that waits."""
    return _queue(request, Track.LISTING)


def _queue(request: HouseRequest, track: Track) -> HttpResponse:
    operator = request.viewer.operator
    form = QueueForm(request.GET)
    wanted = form.wanted(track)
    page = numbered_page(list_queue(operator, wanted=wanted), page_number(request), _PER_PAGE)
    chosen = {"shown": wanted.shown, "level": wanted.level or "", "order": wanted.order}
    context = {
        "track": track,
        "label": TRACKS[track.value],
        "tabs": queue_tabs(request, track),
        "form": QueueForm(initial=chosen),
        "is_narrowed": wanted.level is not None or "shown" in request.GET,
        "page": page,
        "levels": {one.pk: (LEVELS[level_of(one.risk)], RISK_TONES[level_of(one.risk)]) for one in page.items},
        "waivers": count_waivers([submission.version.app_id for submission in page.items]),
        "links": page_links(request, page),
        "decided": list_decided(operator, track=track),
        "usual": usual_answer_time(track),
        "tones": TONES,
        "statuses": STATUSES,
        "me": operator.pk,
    }
    return render(request, "backoffice/review_queue.html", context)


def queue_tabs(request: HouseRequest, current: str) -> list[tuple[str, str, bool, int]]:
    """The queues that the operator works on, each with how many wait; ``current`` is a track or ``samples``."""
    operator = request.viewer.operator
    counts = request.viewer.once("waiting", lambda: count_waiting(operator))
    tracks = reviewable_tracks(operator)
    tabs = [
        (str(TRACKS[track.value]), reverse(f"backoffice:{track}_reviews"), track == current, counts.get(track, 0))
        for track in tracks
    ]
    if Track.LISTING in tracks:
        tabs.append((_("Samples"), reverse("backoffice:samples"), current == "samples", counts.get("samples", 0)))
    return tabs


@requires(Permission.OPERATOR_VIEW)
@require_safe
def show(request: HouseRequest, track: str, submission_id: str) -> HttpResponse:
    """Everything to decide on, and the two answers."""
    return show_at(request, track, submission_id)
