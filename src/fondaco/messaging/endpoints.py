"""Addresses of apps that events and logout tokens go to: finding them for what is sent, and how each of them does."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet

from fondaco.accounts.models import Operator
from fondaco.accounts.permissions import Permission
from fondaco.accounts.policies import check_operator_can
from fondaco.catalog.models import App
from fondaco.kit import clock
from fondaco.messaging.explanations import explain_failure
from fondaco.messaging.models import Delivery, Endpoint, LogoutDelivery
from fondaco.messaging.states import DeliveryStatus, EndpointStatus
from fondaco.partners.models import Member

Address = tuple[UUID, str]  # of which app, and where

MOST_LISTED: Final = 200
_UNWELL: Final = ~Q(status=EndpointStatus.HEALTHY) | Q(silent_since__isnull=False)


@dataclass(frozen=True, slots=True)
class EndpointHealth:
    """One callback address of an app, and what waits for it.

    ``is_held``: nothing is sent before ``endpoint.closed_until``. ``oldest_waiting`` is when the oldest of what waits
    was written (in its account's time).
    """

    endpoint: Endpoint
    waiting: int
    oldest_waiting: datetime | None
    is_held: bool

    @property
    def is_well(self) -> bool:
        """Whether what is sent arrives, as far as is known."""
        return self.endpoint.status == EndpointStatus.HEALTHY


def list_endpoint_health(app: App) -> list[EndpointHealth]:
    """How every callback address does that something was ever sent to, the unwell ones first. Two queries.

    Callers got the app from a query that is scoped to who asks.
    """
    endpoints = list(app.endpoints.order_by("url"))
    for endpoint in endpoints:
        endpoint.app = app
    return sorted(_with_waiting(endpoints), key=lambda one: (one.is_well, one.endpoint.url))


def list_unwell(by: Operator) -> list[EndpointHealth]:
    """Callback addresses of any app where events do not arrive, the silent ones first, then since when; at most 200."""
    check_operator_can(by, Permission.OPERATOR_SUPPORT)
    found = Endpoint.objects.filter(_UNWELL, app__retired_at=None).select_related("app__partner")
    return _with_waiting(
        list(found.order_by(F("silent_since").asc(nulls_last=True), "failing_since", "id")[:MOST_LISTED])
    )


def list_unwell_apps(by: Member) -> list[App]:
    """The partner's own apps where events do not arrive, by name; at most 200. For whoever looks at them all."""
    unwell = Exists(Endpoint.objects.filter(_UNWELL, app=OuterRef("pk")))
    return list(App.objects.filter(unwell, partner_id=by.partner_id, retired_at=None).order_by("name")[:MOST_LISTED])


def list_silent(by: Operator) -> QuerySet[Endpoint]:
    """Callback addresses where nothing arrives any more (T24); ``silent_since`` is when that was noticed."""
    check_operator_can(by, Permission.OPERATOR_SUPPORT)
    return Endpoint.objects.filter(silent_since__isnull=False, app__retired_at=None)


def ensure_endpoints(addresses: Iterable[Address]) -> dict[Address, Endpoint]:
    """The rows of some addresses, made when something is sent there for the first time. A step."""
    wanted = set(addresses)
    found = _find(wanted)
    if missing := sorted(wanted - set(found)):
        # Two may meet here: the second does nothing, and reads what the first has made.
        rows = [Endpoint(app_id=app_id, url=url) for app_id, url in missing]
        Endpoint.objects.bulk_create(rows, ignore_conflicts=True)
        found |= _find(missing)
    return found


def last_failure(endpoint: Endpoint) -> str:
    """What came of the newest try that failed, in a sentence; empty when none has."""
    if not endpoint.last_error and endpoint.last_response_status is None:
        return ""
    return explain_failure(endpoint.last_error, endpoint.last_response_status)


def probe_at_once(endpoint_ids: Collection[UUID]) -> None:
    """Somebody waits: paused endpoints get their next probe now. A step."""
    closed = Endpoint.objects.filter(pk__in=endpoint_ids, status=EndpointStatus.PAUSED)
    closed.filter(closed_until__gt=clock.now()).update(closed_until=clock.now())


def _find(addresses: Collection[Address]) -> dict[Address, Endpoint]:
    """Those of the addresses that have a row."""
    apps, urls = {app_id for app_id, _url in addresses}, {url for _app_id, url in addresses}
    rows = Endpoint.objects.filter(app__in=apps, url__in=urls) if addresses else []
    return {(row.app_id, row.url): row for row in rows if (row.app_id, row.url) in addresses}


def _with_waiting(endpoints: Sequence[Endpoint]) -> list[EndpointHealth]:
    waiting, now, found = _count_waiting([endpoint.pk for endpoint in endpoints]), clock.now(), []
    for endpoint in endpoints:
        count, oldest = waiting.get(endpoint.pk, (0, None))
        is_held = endpoint.closed_until is not None and endpoint.closed_until > now
        found.append(EndpointHealth(endpoint, count, oldest, is_held or endpoint.status == EndpointStatus.GONE))
    return found


def _count_waiting(ids: Collection[UUID]) -> dict[UUID, tuple[int, datetime]]:
    pending = Q(endpoint__in=ids, status=DeliveryStatus.PENDING)
    events = Delivery.objects.filter(pending).values_list("endpoint").annotate(Count("pk"), Min("message__created_at"))
    tokens = LogoutDelivery.objects.filter(pending).values_list("endpoint").annotate(Count("pk"), Min("ended_at"))
    found: dict[UUID, tuple[int, datetime]] = {}
    for endpoint, count, oldest in events.order_by().union(tokens.order_by(), all=True):
        before, since = found.get(endpoint, (0, oldest))
        found[endpoint] = before + count, min(since, oldest)
    return found
