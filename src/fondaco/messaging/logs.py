"""What was sent, as partners and operators look at it, scoped to who asks."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Prefetch, Q, QuerySet

from fondaco.accounts.models import Operator
from fondaco.accounts.permissions import Permission
from fondaco.accounts.policies import check_operator_can
from fondaco.catalog.models import App, Version
from fondaco.catalog.policies import check_can
from fondaco.kit import clock
from fondaco.kit.errors import NotFound
from fondaco.kit.ids import is_short_id, parse_wire
from fondaco.messaging.models import Attempt, Delivery, Endpoint, LogoutAttempt, LogoutDelivery, SampleEvent
from fondaco.messaging.states import DeliveryStatus
from fondaco.partners.models import Member

# The hour of a UUIDv7: its first 48 bits are milliseconds.
_COUNT: Final = """
    SELECT ('x' || lpad(left(replace(m.id::text, '-', ''), 12), 16, '0'))::bit(64)::bigint / 3600000 AS hour,
           d.status, COUNT(*)
    FROM messaging_message m JOIN messaging_delivery d ON d.message_id = m.id
    WHERE m.app_id = %(app)s AND m.id >= %(first)s
    GROUP BY hour, d.status
"""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which of an app's deliveries; an empty member means all of them.

    ``account`` is an id or a name, ``since`` and ``until`` are about when the event was written.
    """

    type: str = ""
    status: str = ""
    account: str = ""
    installation: str = ""
    since: datetime | None = None
    until: datetime | None = None

    @property
    def is_everything(self) -> bool:
        """Whether nothing is left out."""
        return self == Chosen()

    def as_json(self) -> dict[str, str]:
        """What was asked for, as events keep it."""
        words = {
            "type": self.type,
            "status": self.status,
            "account": self.account,
            "installation": self.installation,
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
        }
        return {name: value for name, value in words.items() if value}


def list_sent(app: App, chosen: Chosen) -> QuerySet[Delivery]:
    """Deliveries of an app that the caller may see, newest first, with messages, accounts and tries."""
    found = Delivery.objects.filter(message__app=app, **_equal(chosen))
    if chosen.account:
        found = found.filter(
            Q(installation__account_id=chosen.account)
            if is_short_id(chosen.account)
            else Q(installation__account__name=chosen.account)
            | Q(installation__account__company_name__iexact=chosen.account)
        )
    if chosen.installation:
        found = found.filter(installation_id=parse_wire(chosen.installation) or UUID(int=0))
    return _with_all(found).order_by("-message")


def list_logout_tokens(app: App, *, status: str = "") -> QuerySet[LogoutDelivery]:
    """Logout tokens for an app that the caller may see, newest first, with accounts and tries; ``""``: all of them."""
    endpoints = list(app.endpoints.values_list("pk", flat=True))
    found = LogoutDelivery.objects.filter(endpoint__in=endpoints, **({"status": status} if status else {}))
    tries = Prefetch("attempts", LogoutAttempt.objects.order_by("started_at", "id"))
    return found.select_related("client__account").prefetch_related(tries).order_by("-id")


def has_failed(app: App) -> bool:
    """Whether the sending of any event to the app was given up. The caller may see the app."""
    return Delivery.objects.filter(endpoint__app=app, status=DeliveryStatus.FAILED).exists()


def get_sent(by: Member, event_id: str) -> Delivery:
    """One delivery to a program of the partner's own apps, by the event's wire id."""
    delivery = _find(event_id)
    check_can_see(by, delivery.installation.app)
    return delivery


def get_endpoint(by: Member, endpoint_id: str) -> Endpoint:
    """A callback address of one of the partner's own apps by wire id."""
    endpoint = _find_endpoint(endpoint_id)
    check_can_see(by, endpoint.app)
    return endpoint


def check_can_see(by: Member, app: App) -> None:
    """Retired apps, too, can be looked at; a stranger's does not exist."""
    if app.is_retired and app.partner_id == by.partner_id and by.can(Permission.PARTNER_VIEW):
        return
    check_can(by, app, Permission.PARTNER_VIEW)


def get_app_for_support(by: Operator, app_id: str) -> App:
    """Any app by wire id, for operators who look after deliveries."""
    check_operator_can(by, Permission.OPERATOR_SUPPORT)
    found = parse_wire(app_id)
    app = App.objects.select_related("partner").filter(pk=found).first() if found else None
    if app is None:
        raise NotFound
    return app


def get_sent_for_support(by: Operator, event_id: str) -> Delivery:
    """Any delivery by the event's wire id, for operators who look after them."""
    check_operator_can(by, Permission.OPERATOR_SUPPORT)
    return _find(event_id)


def get_endpoint_for_support(by: Operator, endpoint_id: str) -> Endpoint:
    """Any callback address by wire id, for operators who look after deliveries."""
    check_operator_can(by, Permission.OPERATOR_SUPPORT)
    return _find_endpoint(endpoint_id)


def list_samples(version: Version, *, limit: int = 20) -> list[SampleEvent]:
    """The latest test events that were sent to a version's callback address, newest first."""
    return list(SampleEvent.objects.filter(version=version).order_by("-id")[:limit])


def get_sample(by: Member, sample_id: str) -> SampleEvent:
    """One test event of the partner's own by wire id."""
    found = parse_wire(sample_id)
    sample = SampleEvent.objects.select_related("version__app").filter(pk=found).first() if found else None
    if sample is None:
        raise NotFound
    check_can_see(by, sample.version.app)
    return sample


def _find_endpoint(endpoint_id: str) -> Endpoint:
    found = parse_wire(endpoint_id)
    endpoint = Endpoint.objects.select_related("app").filter(pk=found).first() if found else None
    if endpoint is None:
        raise NotFound
    return endpoint


def _find(event_id: str) -> Delivery:
    found = parse_wire(event_id)
    delivery = _with_all(Delivery.objects.filter(pk=found)).first() if found else None
    if delivery is None:
        raise NotFound
    return delivery


def _with_all(deliveries: QuerySet[Delivery]) -> QuerySet[Delivery]:
    tries = Prefetch("attempts", Attempt.objects.order_by("started_at", "id"))
    found = deliveries.select_related("message__operation", "installation__account", "installation__app")
    return found.prefetch_related(tries)


def _equal(chosen: Chosen) -> Mapping[str, Any]:
    wanted = {
        "message__type": chosen.type,
        "status": chosen.status,
        "message__created_at__gte": chosen.since,
        "message__created_at__lt": chosen.until,
    }
    return {name: value for name, value in wanted.items() if value}


@dataclass(frozen=True, slots=True)
class Hour:
    """What was written for an app within one hour, and how it stands now."""

    begins_at: datetime
    delivered: int
    waiting: int
    failed: int

    @property
    def total(self) -> int:
        """All of it."""
        return self.delivered + self.waiting + self.failed


def count_last_day(app: App) -> list[Hour]:
    """The last 24 hours, the oldest first, each there. The caller may see the app.

    An event written in an account whose clock was moved counts when it was written for us: by its id.
    """
    this_hour = clock.now().replace(minute=0, second=0, microsecond=0)
    first = this_hour - timedelta(hours=23)
    counted: dict[datetime, Counter[str]] = defaultdict(Counter)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"app": app.pk, "first": _first_id_since(first)})
        for hours, status, count in cursor.fetchall():
            counted[datetime.fromtimestamp(hours * 3600, UTC)][status] += count
    return [
        Hour(
            hour,
            counted[hour][DeliveryStatus.DELIVERED],
            counted[hour][DeliveryStatus.PENDING],
            counted[hour][DeliveryStatus.FAILED],
        )
        for hour in (first + timedelta(hours=number) for number in range(24))
    ]


def _first_id_since(moment: datetime) -> UUID:
    """No id made at ``moment`` or later is smaller: a UUIDv7 begins with its milliseconds."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)
