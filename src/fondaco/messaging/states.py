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


class EndpointStatus(StrEnum):
    HEALTHY = "healthy"
    FAILING = "failing"  # nothing has arrived for a while, all is still tried
    PAUSED = "paused"  # nothing is sent but a probe now and then
    GONE = "gone"  # it said so itself, by 410: nothing is sent until somebody asks for it


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

H = EndpointStatus
ENDPOINT: Final = Machine(
    name="endpoint",
    states=EndpointStatus,
    initial=H.HEALTHY,
    table={
        H.HEALTHY: frozenset({H.FAILING, H.PAUSED, H.GONE}),
        H.FAILING: frozenset({H.HEALTHY, H.PAUSED, H.GONE}),
        H.PAUSED: frozenset({H.HEALTHY, H.GONE}),
        H.GONE: frozenset({H.HEALTHY, H.PAUSED}),
    },
    events={
        H.HEALTHY: events.ENDPOINT_RECOVERED,
        H.FAILING: events.ENDPOINT_FAILING,
        H.PAUSED: events.ENDPOINT_PAUSED,
        H.GONE: events.ENDPOINT_GONE,
    },
)
