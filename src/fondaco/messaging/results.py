"""Writing down what tries came to, many at once, and what follows from it.

A transaction costs more than what it writes, so a hundred results share one of a few statements. Only what an operation
waits for is looked at one by one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import F

from fondaco.audit.actor import Actor
from fondaco.audit.status import transition_all
from fondaco.installs.actions import fail_open_operation, reach_installation
from fondaco.installs.actions.operations import retry_pause
from fondaco.installs.models import Installation
from fondaco.kit import clock, deadlines
from fondaco.messaging import precedence
from fondaco.messaging.actions import RETRY_DUE, SECRETS_EXPIRE, Outcome
from fondaco.messaging.arrivals import record_arrivals
from fondaco.messaging.explanations import TURNED_AWAY
from fondaco.messaging.models import Attempt, Delivery, LogoutAttempt, LogoutDelivery, Message, Posting, Try
from fondaco.messaging.precedence import Follower, Way
from fondaco.messaging.queue import Kind
from fondaco.messaging.redaction import HIDDEN, Hide, excerpt, hide_secrets, keep_headers, redactor_of
from fondaco.messaging.schedule import FOUR_DAYS, GONE, ROUND
from fondaco.messaging.states import DeliveryStatus

Result = tuple[UUID, Outcome]


@dataclass(frozen=True, slots=True)
class Rule:
    """How one kind of delivery is tried: its tables, the pauses between tries, and what an answer means."""

    model: type[Posting]
    attempts: type[Try]
    related: Sequence[str]  # few rows that many results share
    delays: tuple[timedelta, ...]
    accepted: Collection[int] = range(200, 300)
    refused: Collection[int] = ()  # for good: asking again would be answered the same
    are_headers_kept: bool = True

    def succeeded(self, outcome: Outcome) -> bool:
        """Whether the answer says that it arrived."""
        return not outcome.error and outcome.response_status in self.accepted

    def pause(self, outcome: Outcome, row: Posting, tries: int) -> timedelta | None:
        """How long to wait after the failed try number ``tries``; None when it was the last."""
        if not outcome.error and outcome.response_status in self.refused:
            return None
        delays = ROUND if getattr(row, "is_awaited", False) else self.delays
        return delays[tries - 1] if tries <= len(delays) else None


_EVENT: Final = Rule(Delivery, Attempt, ("installation__app", "message__operation"), FOUR_DAYS, refused=(GONE,))
RULES: Final[Mapping[Kind, Rule]] = {
    Kind.CHANGE: _EVENT,
    Kind.NOTICE: _EVENT,
    # At once, after 5 and 15 minutes, 1 hour, 6 hours and a day: by then a working day's session is over anyway.
    # The specification knows 200 (some frameworks make 204 of it) and 400, by which the app says that it will not.
    Kind.LOGOUT_TOKEN: Rule(
        LogoutDelivery,
        LogoutAttempt,
        ("client", "endpoint__app"),
        (*ROUND, timedelta(minutes=45), timedelta(hours=5), timedelta(hours=18)),
        accepted=(200, 204),
        refused=(400,),
        are_headers_kept=False,
    ),
}


def record_attempt(*, actor: Actor, delivery_id: UUID, outcome: Outcome) -> Delivery:
    """Writes what one try of an event came to, and what follows from it."""
    record_results(actor=actor, kind=Kind.CHANGE, results=[(delivery_id, outcome)])
    return Delivery.objects.select_related("message", "installation__app").get(pk=delivery_id)


def record_results(*, actor: Actor, kind: Kind, results: Sequence[Result]) -> None:
    """Writes what these tries came to, and what follows from it.

    A delivery that is over already (it was withdrawn, or a slower dispatcher comes late) only gets the row of the try.
    """
    with transaction.atomic(durable=True):
        if kind is not Kind.NOTICE:
            _record(actor, kind, results)
            return
        arrived = [result for result in results if _EVENT.succeeded(result[1])]
        # First what locks installations: whoever waits for one of them holds none of the deliveries that follow.
        if unheard := [result for result in results if not _EVENT.succeeded(result[1])]:
            _record(actor, Kind.CHANGE, unheard)
        if arrived:
            record_arrivals(actor=actor, arrivals=arrived)


def turn_away(*, actor: Actor, keys: Sequence[UUID], outcome: Outcome) -> None:
    """What an operation waits for and could not be tried, because its endpoint is closed, counts as tried. A step."""
    _record(actor, Kind.CHANGE, [(key, outcome) for key in keys])


def _record(actor: Actor, kind: Kind, results: Sequence[Result]) -> None:
    rule, outcomes = RULES[kind], dict(results)
    found = _lock(rule, kind, list(outcomes))
    attempts = [_attempt(rule, found[key], outcome) for key, outcome in results if key in found]
    rule.attempts._base_manager.bulk_create(attempts)
    pending = [row for row in found.values() if row.status == DeliveryStatus.PENDING]
    _settle(rule, actor, pending, outcomes)


def hide_token(outcome: Outcome, body: bytes) -> Outcome:
    """The outcome without the logout token that a receiver may echo: for two minutes it can end the user's session."""
    token = body.partition(b"=")[2]
    return replace(outcome, response_body=outcome.response_body.replace(token, HIDDEN.encode()))


def _lock(rule: Rule, kind: Kind, keys: Sequence[UUID]) -> dict[UUID, Posting]:
    """The rows by key. Where an operation may follow, their installations first, as every other writer does."""
    if kind is Kind.CHANGE:
        concerned = Delivery.objects.filter(pk__in=keys).values("installation")
        list(Installation.objects.select_for_update().filter(pk__in=concerned).order_by("pk").values_list("pk"))
    rows = rule.model._base_manager.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")
    return {row.pk: row for row in rows.prefetch_related(*rule.related)}


def _settle(rule: Rule, actor: Actor, pending: Sequence[Posting], outcomes: Mapping[UUID, Outcome]) -> None:
    delivered = [row for row in pending if rule.succeeded(outcomes[row.pk])]
    unheard = [row for row in pending if not rule.succeeded(outcomes[row.pk])]
    over, again, aside = _judge(rule, unheard, outcomes)
    _release(rule, [*delivered, *over], None)
    for moment, rows in again.items():
        _release(rule, rows, moment)
    precedence.step_aside(aside)
    transition_all(delivered, DeliveryStatus.DELIVERED, actor=actor)
    reasons = {row.pk: outcomes[row.pk].explanation for row in over}
    transition_all(over, DeliveryStatus.FAILED, actor=actor, reasons=reasons)
    _follow_success(actor, [row for row in delivered if isinstance(row, Delivery)])
    follow_failure(actor=actor, deliveries=[row for row in over if isinstance(row, Delivery)], reasons=reasons)


def _judge(
    rule: Rule, unheard: Sequence[Posting], outcomes: Mapping[UUID, Outcome]
) -> tuple[list[Posting], dict[datetime, list[Posting]], list[Delivery]]:
    """Which are over by this, when the others are tried again, and which of those step aside."""
    over, again, aside = list[Posting](), defaultdict[datetime, list[Posting]](list), list[Delivery]()
    ordered = [row for row in unheard if isinstance(row, Delivery) and row.is_ordered]
    followers = precedence.find_followers({row.installation_id for row in ordered}) if ordered else []
    now = clock.now()
    for row in unheard:
        tries = row.attempt_count + 1
        pause, way = rule.pause(outcomes[row.pk], row, tries), _way(row, tries, followers)
        if pause is None or way is Way.IS_OVER:
            over.append(row)
            continue
        # What could not even be tried was due for a while: its next time counts from that.
        begun = row.next_attempt_at if outcomes[row.pk].error == TURNED_AWAY else None
        again[(begun or now + _offset(row)) + pause].append(row)
        if way is Way.STEPS_ASIDE and isinstance(row, Delivery):
            aside.append(row)
    return over, again, aside


def _way(row: Posting, tries: int, followers: Sequence[Follower]) -> Way:
    if not isinstance(row, Delivery) or not followers:
        return Way.STAYS
    return precedence.judge_failed(row, row.message.type, tries, followers)


def _follow_success(actor: Actor, delivered: Iterable[Delivery]) -> None:
    """Secrets that arrived are not kept, and a failed installation is *installing* again."""
    told = [row for row in delivered if row.message.body is not None]
    if told:
        Message.objects.filter(pk__in=[row.pk for row in told]).update(body=None)
        deadlines.cancel_all(SECRETS_EXPIRE, [row.pk.hex for row in told])
    for row in delivered:
        if row.is_awaited and row.message.operation is not None and row.message.operation.is_open:
            reach_installation(actor=actor, installation=row.installation)


def follow_failure(*, actor: Actor, deliveries: Iterable[Delivery], reasons: Mapping[UUID, str]) -> None:
    """What follows from the last try: an operation could not be asked for; credentials are sent once more later."""
    for row in deliveries:
        operation = row.message.operation if row.is_awaited else None
        if operation is not None and operation.is_open:
            fail_open_operation(actor=actor, installation=row.installation, reason=reasons[row.pk])
        elif not row.is_awaited and row.message.body is not None:
            account_id = row.installation.account_id
            now = clock.now(account_id)
            pause = retry_pause(now - row.message.created_at)
            deadlines.schedule(RETRY_DUE, subject_id=row.pk.hex, due_at=now + pause, account_id=account_id)


def _release(rule: Rule, rows: Sequence[Posting], next_attempt_at: datetime | None) -> None:
    if rows:
        rule.model._base_manager.filter(pk__in=[row.pk for row in rows]).update(
            attempt_count=F("attempt_count") + 1, next_attempt_at=next_attempt_at, leased_until=None, lease=None
        )


def _offset(row: Posting) -> timedelta:
    account_id: str = row.audit_scope()["account_id"]
    return clock.offset_of(account_id)


def _attempt(rule: Rule, row: Posting, outcome: Outcome) -> Try:
    hide: Hide | None = redactor_of(row.message) if isinstance(row, Delivery) else hide_secrets
    are_headers_kept = rule.are_headers_kept and hide is not None
    fields: dict[str, Any] = {
        "delivery_id": row.pk,
        "started_at": outcome.started_at,
        "duration_ms": outcome.duration_ms,
        "request_headers": dict(outcome.request_headers),
        "response_status": outcome.response_status,
        "response_headers": keep_headers(outcome.response_headers, hide) if hide and are_headers_kept else {},
        "response_excerpt": excerpt(outcome.response_body, hide) if hide else "",
        "error": outcome.error,
        "address": outcome.address,
    }
    return rule.attempts(**fields)
