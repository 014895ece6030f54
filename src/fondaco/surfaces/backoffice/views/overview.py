"""What waits for the operator, and what happened last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
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
from fondaco.installs.mends import list_broken
from fondaco.messaging.endpoints import list_silent
from fondaco.partners.queries import list_applications
from fondaco.partners.states import ApplicationStatus
from fondaco.review.policies import reviewable_tracks
from fondaco.review.queries import QueueFilter as ReviewFilter
from fondaco.review.queries import Shown, list_queue, list_samples
from fondaco.review.states import SampleStatus
from fondaco.support.queries import QueueFilter as TicketFilter
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
        requests = list_applications(operator, status=ApplicationStatus.PENDING)
        queues.append(_queue(_("Requests to become a partner"), requests, "backoffice:applications", "mail-opened"))
        moves = list_all_transfers(operator, status=TransferStatus.ACCEPTED)
        title = _("Transfers to confirm")
        queues.append(_queue(title, moves, "backoffice:transfers", "switch-horizontal", since="status_changed_at"))
    tracks = reviewable_tracks(operator)
    if Track.LISTING in tracks:
        samples = list_samples(operator, status=SampleStatus.OPEN)
        queues.append(_queue(_("Samples to look at"), samples, "backoffice:samples", "eye"))
    for track in tracks:
        submissions = list_queue(operator, wanted=ReviewFilter(track, Shown.WAITING))
        queues.append(_queue(_TITLES[track], submissions, _QUEUES[track], "clipboard-check"))
    if operator.can(Permission.OPERATOR_SUPPORT):
        tickets = list_tickets(operator, wanted=TicketFilter())
        queues.append(_queue(_("Tickets"), tickets, "backoffice:tickets", "lifebuoy"))
        queues.append(_queue(_("Failed updates"), list_broken(operator), "backoffice:broken_updates", "urgent"))
        title = _("Addresses where no event arrives")
        silent = list_silent(operator)
        queues.append(_queue(title, silent, "backoffice:unwell_endpoints", "webhook", since="silent_since"))
    return queues


def _queue(
    title: str | Promise, waiting: QuerySet[Any], address: str, symbol: str, *, since: str = "created_at"
) -> Queue:
    dates = list(waiting.values_list(since, flat=True))
    return Queue(title, len(dates), min(dates, default=None), reverse(address), symbol)
