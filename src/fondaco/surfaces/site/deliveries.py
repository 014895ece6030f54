"""What was sent to partners' programs, as pages of partners and operators show it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from fondaco.catalog.models import App
from fondaco.kit.pagination import cursor_page
from fondaco.messaging.actions import Outcome
from fondaco.messaging.endpoints import EndpointHealth, list_endpoint_health
from fondaco.messaging.explanations import TURNED_AWAY, explain_failure
from fondaco.messaging.logs import Chosen, Hour, count_last_day, has_failed, list_logout_tokens, list_sent
from fondaco.messaging.models import Attempt, Delivery, Endpoint, LogoutDelivery, SampleEvent, Try
from fondaco.messaging.payloads import MessageType
from fondaco.messaging.replaying import Replay
from fondaco.messaging.states import DeliveryStatus, EndpointStatus
from fondaco.surfaces.site.charts import Chart, bar_chart
from fondaco.surfaces.site.paging import address_at, address_with
from fondaco.surfaces.site.viewer import HouseRequest

_PER_PAGE: Final = 50
_MISSED: Final = 50
_MOST_TRIES: Final = 50  # of one delivery: every page that is loaded may have it tried
STATUSES: Final[dict[str, tuple[Promise, str]]] = {
    DeliveryStatus.PENDING.value: (gettext_lazy("Waiting"), "info"),
    DeliveryStatus.DELIVERED.value: (gettext_lazy("Delivered"), "good"),
    DeliveryStatus.FAILED.value: (gettext_lazy("Not delivered"), "bad"),
}
ENDPOINTS: Final[dict[str, tuple[Promise, str]]] = {
    EndpointStatus.HEALTHY.value: (gettext_lazy("Works"), "good"),
    EndpointStatus.FAILING.value: (gettext_lazy("Failing"), "warn"),
    EndpointStatus.PAUSED.value: (gettext_lazy("Paused"), "bad"),
    EndpointStatus.GONE.value: (gettext_lazy("Gone"), "bad"),
}
_TRYING_AGAIN: Final = (gettext_lazy("Trying again"), "warn")
_SENT_AGAIN: Final = (gettext_lazy("Being sent again"), "info")
_NOT_CALLED: Final = (gettext_lazy("Not called yet"), "mute")


class FilterForm(forms.Form):
    """Which deliveries to show; days are those of the house's time zone, UTC."""

    type = forms.ChoiceField(label=gettext_lazy("Event"), required=False)
    status = forms.ChoiceField(label=gettext_lazy("State"), required=False)
    account = forms.CharField(
        label=gettext_lazy("Account"),
        required=False,
        max_length=100,
        widget=forms.TextInput({"placeholder": gettext_lazy("its name or id"), "autocomplete": "off"}),
    )
    since = forms.DateField(label=gettext_lazy("From"), required=False, widget=forms.DateInput({"type": "date"}))
    until = forms.DateField(label=gettext_lazy("To"), required=False, widget=forms.DateInput({"type": "date"}))
    installation = forms.CharField(required=False, max_length=32, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        kinds = [(kind.value, kind.value) for kind in MessageType if kind != MessageType.APP_TEST]
        states = [(name, words) for name, (words, _tone) in STATUSES.items()]
        self.fields["type"].choices = [("", _("All")), *kinds]  # type: ignore[attr-defined]
        self.fields["status"].choices = [("", _("All")), *states]  # type: ignore[attr-defined]

    @property
    def chosen(self) -> Chosen:
        """What a form without errors asks for; the last day counts."""
        found = self.cleaned_data
        since, until = found["since"], found["until"]
        return Chosen(
            type=found["type"],
            status=found["status"],
            account=found["account"].strip(),
            installation=found["installation"],
            since=datetime.combine(since, time(), UTC) if since else None,
            until=datetime.combine(until + timedelta(days=1), time(), UTC) if until else None,
        )


@dataclass(frozen=True, slots=True)
class Line:
    """One delivery in a list. ``tries`` says how many there were and what the last came to."""

    delivery: Delivery
    words: Promise
    tone: str
    tries: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of deliveries; ``mark`` changes with whatever is shown."""

    lines: list[Line]
    next_cursor: str | None
    mark: str


def make_listing(app: App, form: FilterForm, cursor: str | None) -> Listing:
    """What a form asks for; with errors in it, nothing."""
    found = list_sent(app, form.chosen) if form.is_valid() else Delivery.objects.none()
    page = cursor_page(found, cursor=cursor, limit=_PER_PAGE, order="-message")
    lines = [make_line(each) for each in page.items]
    shown = [(each.delivery.pk.hex, str(each.words), each.tries) for each in lines]
    return Listing(lines, page.next_cursor, hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:16])


def describe_listing(request: HouseRequest, app: App, form: FilterForm, *, surface: str) -> dict[str, Any] | None:
    """What the page of an app's deliveries shows on a surface (``portal``, ``backoffice``).

    Asked by HTMX it is the list alone; None when nothing of that changed since ``mark``.
    """
    is_whole, cursor = not request.htmx, request.GET.get("cursor")
    listing = make_listing(app, form, cursor)
    if not is_whole and request.GET.get("mark") == listing.mark:
        return None
    replay = f"{surface}:replay_events"
    return {
        "app": app,
        "form": form,
        "listing": listing,
        "is_filtered": not form.is_valid() or not form.chosen.is_everything,
        "health": describe_health(app) if is_whole else [],
        "day": draw_day(count_last_day(app)) if is_whole else None,
        "has_failed": is_whole and has_failed(app),
        "refresh": None if cursor else address_with(request, mark=listing.mark),
        "replay": address_at(request, replay, app.pk.hex),
        "failed": f"{reverse(replay, args=[app.pk.hex])}?status=failed",
        "newest": address_with(request, cursor=None, mark=None) if cursor else None,
        "older": address_with(request, cursor=listing.next_cursor, mark=None) if listing.next_cursor else None,
    }


def make_line(delivery: Delivery) -> Line:
    """How a delivery stands, in words."""
    attempts = list(delivery.attempts.all())
    words, tone = STATUSES[delivery.status]
    if delivery.status == DeliveryStatus.PENDING and attempts:
        words, tone = _SENT_AGAIN if _was_taken(attempts) else _TRYING_AGAIN
    return Line(delivery, words, tone, _sum_up(attempts))


def _was_taken(attempts: Sequence[Attempt]) -> bool:
    """Whether the program had it before, so that somebody asked for it once more."""
    return any(_is_taken(attempt) for attempt in attempts)


def _is_taken(tried: Try | SampleEvent) -> bool:
    return not tried.error and tried.response_status is not None and 200 <= tried.response_status < 300


@dataclass(frozen=True, slots=True)
class MissedLogout:
    """A logout token that did not arrive. ``words`` is what its last try came to, ``tries`` how many there were."""

    delivery: LogoutDelivery
    words: str
    tries: str


def list_missed_logouts(app: App) -> list[MissedLogout]:
    """The latest logout tokens whose sending was given up, newest first."""
    missed = []
    for delivery in list_logout_tokens(app, status=DeliveryStatus.FAILED)[:_MISSED]:
        attempts = list(delivery.attempts.all())
        words = explain(attempts[-1]) if attempts else explain_failure(TURNED_AWAY, None)
        count = ngettext("%(count)s try", "%(count)s tries", len(attempts)) % {"count": len(attempts)}
        missed.append(MissedLogout(delivery, words, count))
    return missed


def explain(tried: Try | SampleEvent) -> str:
    """One sentence: what the app's program did."""
    if _is_taken(tried):
        return _("The app's program took it.")
    started = tried.started_at or tried.created_at if isinstance(tried, SampleEvent) else tried.started_at
    outcome = Outcome(started, 0, response_status=tried.response_status, error=tried.error)
    return outcome.explanation


def in_full(delivery: Delivery) -> dict[str, Any]:
    """What the page of one delivery shows."""
    attempts = list(delivery.attempts.all())
    return {
        "delivery": delivery,
        "message": delivery.message,
        "line": make_line(delivery),
        "tries": [(attempt, explain(attempt)) for attempt in attempts[-_MOST_TRIES:]],
        "earlier": max(0, len(attempts) - _MOST_TRIES),
        "event": pretty(delivery.message.content),
    }


@dataclass(frozen=True, slots=True)
class Health:
    """How one callback address does, in words. ``can_be_tried``: nothing is sent there until somebody asks."""

    found: EndpointHealth
    words: Promise
    tone: str
    last_failure: str
    can_be_tried: bool


def describe_health(app: App) -> list[Health]:
    """Every callback address of an app, the unwell ones first."""
    return [describe_endpoint(found) for found in list_endpoint_health(app)]


def describe_endpoint(found: EndpointHealth) -> Health:
    """One callback address."""
    endpoint = found.endpoint
    words, tone = _standing(endpoint)
    failure = ""
    if (endpoint.failures or not found.is_well) and (endpoint.last_error or endpoint.last_response_status):
        since = endpoint.failing_since or endpoint.status_changed_at
        failure = Outcome(since, 0, endpoint.last_response_status, error=endpoint.last_error).explanation
    return Health(found, words, tone, failure, found.is_held)


def _standing(endpoint: Endpoint) -> tuple[Promise, str]:
    """Nobody says that an address works which has not answered yet, or whose last answer was none."""
    if endpoint.status != EndpointStatus.HEALTHY:
        return ENDPOINTS[endpoint.status]
    if endpoint.failures:
        return _TRYING_AGAIN
    return ENDPOINTS[endpoint.status] if endpoint.last_success_at else _NOT_CALLED


@dataclass(frozen=True, slots=True)
class Day:
    """The last day in one drawing; ``title`` is its message."""

    drawing: Chart
    title: str


def draw_day(hours: Sequence[Hour]) -> Day | None:
    """None when nothing was written: an empty drawing says nothing."""
    total = sum(hour.total for hour in hours)
    if not total:
        return None
    delivered = sum(hour.delivered for hour in hours)
    words = ngettext(
        "%(delivered)s of %(count)s event of the last day arrived",
        "%(delivered)s of %(count)s events of the last day arrived",
        total,
    )
    points = [(f"{hour.begins_at:%H}:00", hour.total) for hour in hours]
    return Day(bar_chart(points), words % {"delivered": delivered, "count": total})


def say_replayed(done: Replay) -> str:
    """What a replay came to, in one or two sentences."""
    words = ngettext("%(count)s event is sent again.", "%(count)s events are sent again.", done.sent)
    said = words % {"count": done.sent}
    if not done.skipped:
        return said
    left = ngettext("%(count)s was left out.", "%(count)s were left out.", len(done.skipped))
    return f"{said} {left % {'count': len(done.skipped)}}"


def pretty(content: dict[str, Any]) -> str:
    """JSON for people."""
    return json.dumps(content, ensure_ascii=False, indent=2)


def _sum_up(attempts: Sequence[Attempt]) -> str:
    if not attempts:
        return _("not tried yet")
    last = attempts[-1]
    answer = explain(last) if last.error else f"HTTP {last.response_status}"
    count = ngettext("%(count)s try", "%(count)s tries", len(attempts)) % {"count": len(attempts)}
    return f"{count} · {answer}"
