"""States of a delivery."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from fondaco.audit.status import Machine
from fondaco.messaging import events


class DeliveryStatus(StrEnum):
    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


DELIVERY: Final = Machine(
    name="delivery",
    states=DeliveryStatus,
    initial=DeliveryStatus.PENDING,
    table={
        DeliveryStatus.PENDING: frozenset({DeliveryStatus.DELIVERED, DeliveryStatus.FAILED}),
        DeliveryStatus.FAILED: frozenset({DeliveryStatus.PENDING}),
        DeliveryStatus.DELIVERED: frozenset({DeliveryStatus.PENDING}),  # the partner asked for it again
    },
    events={
        DeliveryStatus.PENDING: events.DELIVERY_RETRIED,
        DeliveryStatus.DELIVERED: events.DELIVERY_DELIVERED,
        DeliveryStatus.FAILED: events.DELIVERY_FAILED,
    },
)

LOGOUT_DELIVERY: Final = Machine(
    name="logout delivery",
    states=DeliveryStatus,
    initial=DeliveryStatus.PENDING,
    table={
        DeliveryStatus.PENDING: frozenset({DeliveryStatus.DELIVERED, DeliveryStatus.FAILED}),
        DeliveryStatus.DELIVERED: frozenset(),
        DeliveryStatus.FAILED: frozenset(),
    },
    events={
        DeliveryStatus.DELIVERED: events.LOGOUT_TOKEN_DELIVERED,
        DeliveryStatus.FAILED: events.LOGOUT_TOKEN_FAILED,
    },
)
