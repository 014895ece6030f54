"""Writes about callback addresses: what tries say of them, and asking one that is closed at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.audit.status import transition
from fondaco.installs.actions.operations import hasten_retries
from fondaco.installs.states import OperationStatus
from fondaco.kit import clock, deadlines
from fondaco.messaging import events
from fondaco.messaging.actions import RETRY_DUE, wake_dispatcher
from fondaco.messaging.breaker import CLOSED, Answer, Health, judge
from fondaco.messaging.models import Delivery, Endpoint
from fondaco.messaging.states import DeliveryStatus, EndpointStatus

_HEALTH: Final = ("failures", "failing_since", "last_success_at", "closed_until", "pauses")
# Rows that somebody works on are left out: they get their next time from that.
_BRING_FORWARD: Final = """
    UPDATE {table} SET next_attempt_at = %(now)s WHERE {key} IN (
        SELECT {key} FROM {table}
        WHERE endpoint_id = %(endpoint)s AND status = 'pending' AND next_attempt_at > %(now)s
        FOR UPDATE SKIP LOCKED
    )
"""
_BRING_ALL_FORWARD: Final = (
    _BRING_FORWARD.format(table="messaging_delivery", key="message_id"),
    _BRING_FORWARD.format(table="messaging_logoutdelivery", key="id"),
)


@dataclass(frozen=True, slots=True)
class Observation:
    """One try at an endpoint; ``error`` is an outbound failure's kind when no HTTP answer came."""

    endpoint_id: UUID
    answer: Answer
    error: str = ""


def record_observations(*, actor: Actor, observations: Sequence[Observation]) -> None:
    """Writes what these tries, in their order, say about their endpoints, and closes or opens those.

    Any number of dispatchers report: each endpoint's row is locked while it is judged, so all of them agree.
    """
    with transaction.atomic(durable=True):
        rows = Endpoint.objects.select_for_update(of=("self",)).select_related("app").order_by("pk")
        for endpoint in rows.filter(pk__in={each.endpoint_id for each in observations}):
            _observe(actor, endpoint, [each for each in observations if each.endpoint_id == endpoint.pk])


def resume_endpoint(*, actor: Actor, endpoint: Endpoint) -> Endpoint:
    """Sends a probe to a closed endpoint now, whatever it was waiting for. Who may is checked by the caller.

    One that is open is left as it is.
    """
    with transaction.atomic(durable=True):
        locked = Endpoint.objects.select_for_update(of=("self",)).select_related("app").get(pk=endpoint.pk)
        if locked.status in CLOSED or locked.closed_until is not None:
            locked.closed_until = clock.now() if locked.status in CLOSED else None
            locked.save(update_fields=["closed_until"])
            record(events.ENDPOINT_RESUMED, locked, actor=actor, data={"url": locked.url}, **locked.audit_scope())
            wake_dispatcher()
    return locked


def _observe(actor: Actor, endpoint: Endpoint, observations: Sequence[Observation]) -> None:
    before, was_silent = _health(endpoint), endpoint.silent_since is not None
    health = before
    for each in observations:
        health = judge(health, each.answer)
        if each.answer.is_success:
            endpoint.silent_since = None  # also when a failure follows at once, or its next silence would go unnoticed
        else:
            endpoint.last_error, endpoint.last_response_status = each.error, each.answer.status
    _keep(endpoint, health)
    data = {"url": endpoint.url, "error": endpoint.last_error, "answer": endpoint.last_response_status}
    if health.status != before.status:
        transition(endpoint, health.status, actor=actor, data=data)
        if before.status in CLOSED and health.status == EndpointStatus.HEALTHY:
            _catch_up(endpoint)
    elif was_silent and endpoint.silent_since is None and health.status == EndpointStatus.HEALTHY:
        # It was never known to fail, and still somebody was told that nothing arrives.
        record(events.ENDPOINT_RECOVERED, endpoint, actor=actor, data=data, **endpoint.audit_scope())


def _keep(endpoint: Endpoint, health: Health) -> None:
    for name in _HEALTH:
        setattr(endpoint, name, getattr(health, name))
    endpoint.save(update_fields=[*_HEALTH, "last_error", "last_response_status", "silent_since"])


def _health(endpoint: Endpoint) -> Health:
    return Health(EndpointStatus(endpoint.status), **{name: getattr(endpoint, name) for name in _HEALTH})


def _catch_up(endpoint: Endpoint) -> None:
    """It takes events again: everything that waits for its next try, or for its next round, is tried now."""
    now: datetime = clock.now()
    with connection.cursor() as cursor:
        for query in _BRING_ALL_FORWARD:
            cursor.execute(query, {"now": now, "endpoint": endpoint.pk})
    failed = Delivery.objects.filter(endpoint=endpoint, status=DeliveryStatus.FAILED)
    awaited = failed.filter(is_awaited=True, message__operation__status=OperationStatus.OPEN)
    hasten_retries(list(awaited.values_list("message__operation_id", flat=True)))
    unheard = failed.filter(message__body__isnull=False, is_awaited=False).values_list("pk", flat=True)
    deadlines.hasten(RETRY_DUE, [key.hex for key in unheard])
    wake_dispatcher()
