"""Writing down many tries at once, of deliveries from which nothing follows for an installation.

What an event of an operation came to is ``actions.record_attempt``'s business, one at a time. Sign-outs come in
thousands and change nothing but their own row, so a hundred results share one transaction of a few statements.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import F

from fondaco.audit.actor import Actor
from fondaco.audit.status import transition_all
from fondaco.kit import clock
from fondaco.messaging.actions import EXCERPT_LENGTH, KEPT_HEADERS, RETRY_DELAYS, Outcome
from fondaco.messaging.models import Attempt, Delivery, LogoutAttempt, LogoutDelivery, Posting, Try
from fondaco.messaging.queue import Kind
from fondaco.messaging.states import DeliveryStatus

Result = tuple[UUID, Outcome]


@dataclass(frozen=True, slots=True)
class Rule:
    """How one kind of delivery is tried: its tables, the pauses between tries, and what an answer means."""

    model: type[Posting]
    attempts: type[Try]
    related: str  # what the audit scope needs, the same for many rows
    delays: tuple[timedelta, ...]
    accepted: Collection[int] = range(200, 300)
    refused: Collection[int] = ()  # for good: asking again would be answered the same
    kept_headers: Collection[str] = ()

    def succeeded(self, outcome: Outcome) -> bool:
        """Whether the answer says that it arrived."""
        return not outcome.error and outcome.response_status in self.accepted

    def pause(self, outcome: Outcome, tries: int) -> timedelta | None:
        """How long to wait after the failed try number ``tries``; None when it was the last."""
        if not outcome.error and outcome.response_status in self.refused:
            return None
        return self.delays[tries - 1] if tries <= len(self.delays) else None


RULES: Final[Mapping[Kind, Rule]] = {
    Kind.SIGN_OUT: Rule(Delivery, Attempt, "installation__app", RETRY_DELAYS, kept_headers=KEPT_HEADERS),
    # At once, after 5 and 15 minutes, 1 hour, 6 hours and a day: by then a working day's session is over anyway.
    # The specification knows 200 (some frameworks make 204 of it) and 400, by which the app says that it will not.
    Kind.LOGOUT_TOKEN: Rule(
        LogoutDelivery,
        LogoutAttempt,
        "client",
        (*RETRY_DELAYS, timedelta(minutes=45), timedelta(hours=5), timedelta(hours=18)),
        accepted=(200, 204),
        refused=(400,),
    ),
}


def record_results(*, actor: Actor, kind: Kind, results: Sequence[Result]) -> None:
    """Writes what these tries came to, and which of the deliveries are over by it.

    A delivery that is over already (a slower dispatcher comes late) only gets the row of the try.
    """
    rule = RULES[kind]
    outcomes = dict(results)
    with transaction.atomic(durable=True):
        rows = rule.model._base_manager.select_for_update(of=("self",)).filter(pk__in=list(outcomes)).order_by("pk")
        found = {row.pk: row for row in rows.prefetch_related(rule.related)}  # few installations, many rows
        rule.attempts._base_manager.bulk_create(
            [_attempt(rule, delivery_id, outcome) for delivery_id, outcome in results if delivery_id in found]
        )
        pending = [row for row in found.values() if row.status == DeliveryStatus.PENDING]
        _settle(rule, actor, pending, outcomes)


def hide_token(outcome: Outcome, body: bytes) -> Outcome:
    """The outcome without the logout token that a receiver may echo: for two minutes it can end the user's session."""
    token = body.partition(b"=")[2]
    return replace(outcome, response_body=outcome.response_body.replace(token, "•••".encode()))


def _settle(rule: Rule, actor: Actor, pending: Sequence[Posting], outcomes: Mapping[UUID, Outcome]) -> None:
    now = clock.now()
    delivered, failed, next_tries = [], [], defaultdict(list)
    for row in pending:
        outcome = outcomes[row.pk]
        if rule.succeeded(outcome):
            delivered.append(row)
            continue
        pause = rule.pause(outcome, row.attempt_count + 1)
        if pause is None:
            failed.append(row)
        else:
            next_tries[now + _offset(row) + pause].append(row)
    _release(rule, [*delivered, *failed], None)
    for moment, rows in next_tries.items():
        _release(rule, rows, moment)
    transition_all(delivered, DeliveryStatus.DELIVERED, actor=actor)
    reasons = {row.pk: outcomes[row.pk].explanation for row in failed}
    transition_all(failed, DeliveryStatus.FAILED, actor=actor, reasons=reasons)


def _release(rule: Rule, rows: Sequence[Posting], next_attempt_at: datetime | None) -> None:
    if rows:
        rule.model._base_manager.filter(pk__in=[row.pk for row in rows]).update(
            attempt_count=F("attempt_count") + 1, next_attempt_at=next_attempt_at, leased_until=None, lease=None
        )


def _offset(row: Posting) -> timedelta:
    account_id: str = row.audit_scope()["account_id"]
    return clock.offset_of(account_id)


def _attempt(rule: Rule, delivery_id: UUID, outcome: Outcome) -> Try:
    excerpt = outcome.response_body.decode("utf-8", "replace").replace("\0", "\ufffd")
    fields: dict[str, Any] = {
        "delivery_id": delivery_id,
        "started_at": outcome.started_at,
        "duration_ms": outcome.duration_ms,
        "response_status": outcome.response_status,
        "response_headers": {
            name: outcome.response_headers[name][:500] for name in rule.kept_headers if name in outcome.response_headers
        },
        "response_excerpt": excerpt[:EXCERPT_LENGTH],
        "error": outcome.error,
        "address": outcome.address,
    }
    return rule.attempts(**fields)
