"""What has to happen to deliveries by itself as time goes on. Each runs in the sweeper, in batches."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Q

from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.audit.status import transition_all
from fondaco.kit import clock, deadlines
from fondaco.messaging import events
from fondaco.messaging.actions import Outcome
from fondaco.messaging.endpoints import last_failure
from fondaco.messaging.explanations import TURNED_AWAY, explain_failure
from fondaco.messaging.models import Attempt, Delivery, Endpoint, LogoutAttempt, LogoutDelivery, Try
from fondaco.messaging.results import follow_failure, turn_away
from fondaco.messaging.states import DeliveryStatus

TURN_AWAY_EVERY: Final = timedelta(seconds=15)
TURN_AWAY_AFTER: Final = timedelta(seconds=30)  # a short pause and a probe under way may still end well
GIVE_UP_EVERY: Final = timedelta(minutes=5)
TOKENS_WAIT: Final = timedelta(days=1)
SILENT_AFTER: Final = timedelta(minutes=15)
LISTEN_EVERY: Final = timedelta(minutes=1)
ATTEMPTS_KEPT: Final = timedelta(days=90)
FORGET_EVERY: Final = timedelta(hours=1)
BATCH: Final = 200
GIVE_UP_BATCH: Final = 2000
FORGET_BATCH: Final = 20_000
_SELF: Final = Actor.system("sweeper")

_AWAITED_AT_CLOSED: Final = """
    WITH horizon AS (
        SELECT %(now)s::timestamptz + COALESCE(MAX("offset"), INTERVAL '0') AS at FROM kit_clockoffset
    )
    SELECT d.message_id FROM messaging_endpoint e JOIN messaging_delivery d ON d.endpoint_id = e.id
    JOIN installs_installation i ON i.id = d.installation_id
    LEFT JOIN kit_clockoffset c ON c.account_id = i.account_id
    WHERE (e.closed_until > %(now)s OR e.status = 'gone')
      AND d.status = 'pending' AND d.is_awaited AND d.next_attempt_at <= (SELECT at FROM horizon) - %(after)s
      AND d.next_attempt_at <= %(now)s::timestamptz + COALESCE(c."offset", INTERVAL '0') - %(after)s
      AND (d.leased_until IS NULL OR d.leased_until <= %(now)s)
    ORDER BY d.next_attempt_at LIMIT %(limit)s
"""
_TO_GIVE_UP: Final = """
    WITH horizon AS (
        SELECT %(now)s::timestamptz + COALESCE(MAX("offset"), INTERVAL '0') AS at FROM kit_clockoffset
    )
    SELECT d.message_id FROM messaging_delivery d
    JOIN installs_installation i ON i.id = d.installation_id
    LEFT JOIN kit_clockoffset c ON c.account_id = i.account_id
    WHERE d.status = 'pending' AND d.give_up_at <= (SELECT at FROM horizon)
      AND d.give_up_at <= %(now)s::timestamptz + COALESCE(c."offset", INTERVAL '0')
      AND (d.leased_until IS NULL OR d.leased_until <= %(now)s)
    ORDER BY d.give_up_at LIMIT %(limit)s FOR UPDATE OF d SKIP LOCKED
"""
# Of what waits, or has failed, since before the quarter of an hour.
_SILENT: Final = """
    SELECT e.id FROM messaging_endpoint e JOIN catalog_app a ON a.id = e.app_id
    WHERE e.silent_since IS NULL AND a.retired_at IS NULL
      AND COALESCE(e.last_success_at, e.created_at) <= %(before)s
      AND (e.failing_since <= %(before)s OR EXISTS (
          SELECT 1 FROM messaging_delivery d WHERE d.endpoint_id = e.id AND d.status = 'pending'
            AND d.is_ordered IN (TRUE, FALSE) AND d.next_attempt_at <= %(before)s
      ))
    ORDER BY e.id LIMIT %(limit)s FOR UPDATE OF e SKIP LOCKED
"""


@deadlines.recurring("delivery.turn_away", every=TURN_AWAY_EVERY)
def turn_away_awaited() -> None:
    """What an operation waits for and is due at a closed endpoint counts as tried: so the customer hears in time."""
    keys = _find(_AWAITED_AT_CLOSED, after=TURN_AWAY_AFTER)
    if keys:
        outcome = Outcome(started_at=clock.now(), duration_ms=0, error=TURNED_AWAY)
        turn_away(actor=_SELF, keys=keys, outcome=outcome)


@deadlines.recurring("delivery.give_up", every=GIVE_UP_EVERY)
def give_up() -> None:
    """After four days an event is tried no more; it stays readable, and can be sent by hand."""
    keys = _find(_TO_GIVE_UP, limit=GIVE_UP_BATCH)
    rows = list(Delivery.objects.filter(pk__in=keys).select_related("message", "installation__app", "endpoint"))
    reasons = {row.pk: _why(row.endpoint) for row in rows}
    transition_all(rows, DeliveryStatus.FAILED, actor=_SELF, reasons=reasons)
    follow_failure(actor=_SELF, deliveries=rows, reasons=reasons)
    _give_up_tokens()


@deadlines.recurring("endpoint.listen", every=LISTEN_EVERY)
def notice_silence() -> None:
    """Tells once of each endpoint where nothing has arrived for 15 minutes although something was to (T24)."""
    now = clock.now()
    keys = _find(_SILENT, before=now - SILENT_AFTER)
    for endpoint in Endpoint.objects.filter(pk__in=keys).select_related("app"):
        endpoint.silent_since = now
        endpoint.save(update_fields=["silent_since"])
        record(events.ENDPOINT_SILENT, endpoint, actor=_SELF, data={"url": endpoint.url}, **endpoint.audit_scope())


@deadlines.recurring("attempt.forget", every=FORGET_EVERY)
def forget_attempts() -> None:
    """Tries are kept for 90 days."""
    before = clock.now() - ATTEMPTS_KEPT
    models: tuple[type[Try], ...] = (Attempt, LogoutAttempt)
    for model in models:
        oldest = model._base_manager.filter(started_at__lt=before).order_by("started_at")
        model._base_manager.filter(pk__in=oldest.values("pk")[:FORGET_BATCH]).delete()


def _give_up_tokens() -> None:
    """What stood before a closed endpoint for a day: the session of which it tells is long over."""
    idle = Q(leased_until=None) | Q(leased_until__lte=clock.now())
    waiting = LogoutDelivery.objects.filter(idle, next_attempt_at__lte=clock.now() - TOKENS_WAIT)
    pending = waiting.filter(status=DeliveryStatus.PENDING).select_for_update(of=("self",), skip_locked=True)
    rows = list(pending.select_related("endpoint__app", "client").order_by("next_attempt_at")[:GIVE_UP_BATCH])
    reasons = {row.pk: _why(row.endpoint) for row in rows}
    transition_all(rows, DeliveryStatus.FAILED, actor=_SELF, reasons=reasons)


def _find(query: str, **parameters: Any) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(query, {"now": clock.now(), "limit": BATCH, **parameters})
        return [row[0] for row in cursor.fetchall()]


def _why(endpoint: Endpoint) -> str:
    return last_failure(endpoint) or explain_failure(TURNED_AWAY, None)
