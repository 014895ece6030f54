"""Reads of the messaging domain. Callers got the installation from a query that is scoped to who asks."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Prefetch, QuerySet

from fondaco.catalog.models import App
from fondaco.installs.models import Installation
from fondaco.kit.errors import NotFound
from fondaco.kit.ids import parse_wire
from fondaco.messaging.models import Attempt, Delivery, LogoutDelivery, Message
from fondaco.messaging.payloads import MessageType
from fondaco.messaging.states import DeliveryStatus


def list_deliveries(installation: Installation) -> QuerySet[Delivery]:
    """Everything that was sent to the partner for an installation, newest first, with messages and tries."""
    return (
        Delivery.objects.filter(installation=installation)
        .select_related("message")
        .prefetch_related("attempts")
        .order_by("-sequence")
    )


def list_changes_sent(installation: Installation) -> QuerySet[Delivery]:
    """The same without sign-outs, which would drown what changed the installation: :func:`sum_up_sign_outs`."""
    return list_deliveries(installation).exclude(message__type=MessageType.USER_LOGOUT)


def list_latest_changes(installation: Installation, limit: int) -> list[Delivery]:
    """The newest ``limit`` of them, each with its newest tries, as many, in ``newest_attempts``: what nobody answers
    may have been tried often, because every page that is loaded has it tried."""
    tries = Prefetch("attempts", Attempt.objects.order_by("-started_at", "-id")[:limit], to_attr="newest_attempts")
    found = Delivery.objects.filter(installation=installation).exclude(message__type=MessageType.USER_LOGOUT)
    return list(found.select_related("message").prefetch_related(tries).order_by("-sequence")[:limit])


@dataclass(frozen=True, slots=True)
class SignOutTotals:
    """Of the sign-outs that an app was to be told of: how many it was, has still to be, and could not be."""

    told: int
    waiting: int
    failed: int


def sum_up_sign_outs(installation: Installation, *, since: datetime) -> SignOutTotals | None:
    """Both kinds of notice together, events and logout tokens; None when nobody signed out."""
    events = Delivery.objects.filter(message__type=MessageType.USER_LOGOUT, message__created_at__gte=since)
    tokens = LogoutDelivery.objects.filter(client=installation.client_id, ended_at__gte=since)
    counts = [
        notices.order_by().values_list("status").annotate(count=Count("pk"))
        for notices in (events.filter(installation=installation), tokens)
    ]
    found: Counter[str] = Counter()
    for status, count in counts[0].union(counts[1], all=True):
        found[status] += count
    if not found:
        return None
    return SignOutTotals(found[DeliveryStatus.DELIVERED], found[DeliveryStatus.PENDING], found[DeliveryStatus.FAILED])


def list_logout_deliveries(installation: Installation) -> QuerySet[LogoutDelivery]:
    """Every logout token of an installation's client, newest first, with its tries."""
    found = LogoutDelivery.objects.filter(client=installation.client_id)
    return found.prefetch_related("attempts").order_by("-id")


def get_message(installation: Installation, event_id: str) -> Message:
    """One event of an installation by wire id; anyone else's does not exist."""
    found = parse_wire(event_id)
    message = Message.objects.filter(installation=installation, pk=found).first() if found else None
    if message is None:
        raise NotFound
    return message


def get_message_of_app(app: App, event_id: str) -> Message:
    """One event of an app by wire id, for any installation. The caller got the app from a query that is scoped."""
    found = parse_wire(event_id)
    message = Message.objects.filter(app=app, pk=found).first() if found else None
    if message is None:
        raise NotFound
    return message
