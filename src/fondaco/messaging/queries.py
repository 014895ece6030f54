"""Reads of the messaging domain. Callers got the installation from a query that is scoped to who asks."""

from __future__ import annotations

from django.db.models import QuerySet

from fondaco.installs.models import Installation
from fondaco.kit.errors import NotFound
from fondaco.kit.ids import parse_wire
from fondaco.messaging.models import Delivery, Message


def list_deliveries(installation: Installation) -> QuerySet[Delivery]:
    """Everything that was sent to the partner for an installation, newest first, with messages and tries."""
    return (
        Delivery.objects.filter(installation=installation)
        .select_related("message")
        .prefetch_related("attempts")
        .order_by("-sequence")
    )


def get_message(installation: Installation, event_id: str) -> Message:
    """One event of an installation by wire id; anyone else's does not exist."""
    found = parse_wire(event_id)
    message = Message.objects.filter(installation=installation, pk=found).first() if found else None
    if message is None:
        raise NotFound
    return message
