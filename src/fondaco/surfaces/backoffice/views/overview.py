"""What waits for the operator, and what happened last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from fondaco.accounts.permissions import Permission
from fondaco.accounts.queries import list_events
from fondaco.catalog.lifecycle_states import TransferStatus
from fondaco.catalog.queries import list_all_transfers
from fondaco.catalog.states import Track
from fondaco.messaging.endpoints import list_silent_since
from fondaco.partners.queries import list_applications
from fondaco.partners.states import ApplicationStatus
from fondaco.review.policies import reviewable_tracks
from fondaco.review.queries import list_queue, list_samples
from fondaco.review.states import SampleStatus
from fondaco.support.queries import QueueFilter
from fondaco.support.queries import list_queue as list_tickets
from fondaco.surfaces.backoffice.trail import describe_events, with_names
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.viewer import HouseRequest

_LATEST = 8
_QUEUES = {Track.TECHNICAL: "backoffice:technical_reviews", Track.LISTING: "backoffice:listing_reviews"}
_TITLES = {Track.TECHNICAL: _("Technical reviews"), Track.LISTING: _("Listing reviews")}


@dataclass(frozen=True, slots=True)
class Queue:
    """Something that waits: how many, since when the oldest does, and where to work on it."""

    title: str | Promise
    count: int
    oldest: datetime | None
    address: str
    symbol: str


@requires(Permission.OPERATOR_VIEW)
@require_safe
def show(request: HouseRequest) -> HttpResponse:
    """The queues of what this operator is responsible for, and the latest facts of the house."""
    events = with_names(list_events(request.viewer.operator))[:_LATEST]
    context = {"queues": _queues(request), "trail": describe_events(events)}
    return render(request, "backoffice/overview.html", context)


def _queues(request: HouseRequest) -> list[Queue]:
    operator, queues = request.viewer.operator, []
    if operator.can(Permission.OPERATOR_PARTNERS):
        waiting = list_applications(operator, status=ApplicationStatus.PENDING)
        dates = list(waiting.values_list("created_at", flat=True))
        address = reverse("backoffice:applications")
        queues.append(
            Queue(_("Requests to become a partner"), len(dates), min(dates, default=None), address, "mail-opened")
        )
        dates = list(
            list_all_transfers(operator, status=TransferStatus.ACCEPTED).values_list("status_changed_at", flat=True)
        )
        oldest = min(dates, default=None)
        address = reverse("backoffice:transfers")
        queues.append(Queue(_("Transfers to confirm"), len(dates), oldest, address, "switch-horizontal"))
    tracks = reviewable_tracks(operator)
    if Track.LISTING in tracks:
        dates = list(list_samples(operator, status=SampleStatus.OPEN).values_list("created_at", flat=True))
        address = reverse("backoffice:samples")
        queues.append(Queue(_("Samples to look at"), len(dates), min(dates, default=None), address, "eye"))
    for track in tracks:
        dates = list(list_queue(operator, track=track).values_list("created_at", flat=True))
        address = reverse(_QUEUES[track])
        queues.append(Queue(_TITLES[track], len(dates), min(dates, default=None), address, "clipboard-check"))
    if operator.can(Permission.OPERATOR_SUPPORT):
        dates = list(list_tickets(operator, wanted=QueueFilter()).values_list("created_at", flat=True))
        address = reverse("backoffice:tickets")
        queues.append(Queue(_("Tickets"), len(dates), min(dates, default=None), address, "lifebuoy"))
        dates = list_silent_since(operator)
        address = reverse("backoffice:unwell_endpoints")
        queues.append(
            Queue(_("Addresses where no event arrives"), len(dates), min(dates, default=None), address, "webhook")
        )
    return queues
