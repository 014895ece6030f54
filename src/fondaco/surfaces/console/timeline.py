"""The history of an installation as lines: who did what, what was sent, what came back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from fondaco.audit.models import Event
from fondaco.messaging.actions import Outcome
from fondaco.messaging.models import Attempt, Delivery

TONES = {
    "installation.requested": "info",
    "installation.retried": "info",
    "installation.pending": "info",
    "installation.completed": "good",
    "installation.failed": "bad",
    "installation.rejected": "bad",
    "installation.timed_out": "bad",
    "installation.suspended": "warn",
    "installation.revoked": "mute",
    "installation.cut_off": "bad",
    "installation.restored": "good",
    "app.received": "info",
    "change.asked": "info",
    "change.approved": "good",
    "change.rejected": "bad",
    "change.timed_out": "bad",
    "change.failed": "bad",
    "change.broken": "bad",
    "change.mended": "good",
    "operation.retried": "info",
    "operation.objected": "warn",
}
TONES |= {kind.replace("change.", "upgrade."): tone for kind, tone in TONES.items() if kind.startswith("change.")}
_CHANGES: Final = {"update": "change", "upgrade": "upgrade"}
_TO_COME: Final = UUID(int=2**128 - 1)
_SAID: Final = frozenset(  # somebody's own words
    {
        "installation.rejected", "operation.objected", "installation.pending", "installation.cut_off",
        "change.approved", "change.rejected", "upgrade.approved", "upgrade.rejected",
    }
)  # fmt: skip
_NEWS: Final[dict[str, Promise]] = {
    "app.installed": gettext_lazy("the installation"),
    "app.updated": gettext_lazy("the change"),
    "app.uninstalled": gettext_lazy("the removal"),
    "app.credentials_rotated": gettext_lazy("new credentials"),
    "app.trial_started": gettext_lazy("the beginning of the trial"),
    "app.trial_extended": gettext_lazy("more days of the trial"),
    "app.trial_ended": gettext_lazy("the end of the trial"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """``kind`` is an event's, or one of ``change.…`` (asked, and what became of it) or ``attempt.…``.

    ``id`` tells what came before what, also where the account's clock runs ahead; None for what is to come.
    """

    id: UUID | None
    kind: str
    when: datetime
    tone: str
    who: str = ""
    words: str = ""  # what a person or program said
    news: str | Promise = ""  # what was sent, or in force
    why: str | Promise = ""  # why it did not arrive
    next_at: datetime | None = None


def event_line(event: Event) -> Line:
    """A fact as a line; only the account's own people are named as its cause."""
    reason = str(event.data.get("reason") or "")
    kind = _kind_of(event)
    is_said = kind in _SAID
    is_cause = kind in {"installation.failed", "change.failed", "upgrade.failed"}
    return Line(
        id=event.pk,
        kind=kind,
        when=event.occurred_at,
        tone=TONES.get(kind, "mute"),
        who=event.actor_label if event.is_by_own_people else "",  # type: ignore[attr-defined]
        words=reason if is_said else "",
        news=_news(event, kind),
        why=reason if is_cause else "",
    )


def _news(event: Event, kind: str) -> str:
    """To whom an app came, or which side support put in force."""
    if event.kind == "app.received":
        return str(event.data.get("to", ""))
    return str(event.data.get("side", "")) if kind.endswith(".mended") else ""


def _kind_of(event: Event) -> str:
    """A change uses the states of a removal, and ends in those of an installation."""
    name = _CHANGES.get(event.data.get("kind", "update"))
    if outcome := event.data.get("change"):
        return f"{name}.{outcome}"
    is_change = name is not None and "kind" in event.data and event.kind == "installation.pending"
    return f"{name}.asked" if is_change else event.kind


def make_lines(events: Iterable[Event], deliveries: Iterable[Delivery], now: datetime) -> list[Line]:
    """Facts and tries together, newest first; deliveries as of ``list_latest_changes``."""
    lines = [event_line(event) for event in events]
    for delivery in deliveries:
        lines.extend(_tries(delivery, now))
    return sorted(lines, key=lambda line: (line.id or _TO_COME, line.when), reverse=True)


def mark_of(lines: Sequence[Line]) -> str:
    """Another one whenever something happened, or is to come at another time."""
    newest = next((line.id.hex for line in lines if line.id is not None), "")
    return "-".join([newest, *(str(int(line.when.timestamp())) for line in lines if line.id is None)])


def was_missed(lines: Iterable[Line], since: UUID | None = None) -> bool:
    """Whether the newest try did not arrive; with ``since``, the id of what is to be told, of those after it."""
    tries = (line for line in lines if line.kind in {"attempt.reached", "attempt.missed"})
    newest = next(tries, None)
    if newest is None or newest.kind != "attempt.missed":
        return False
    return since is None or (newest.id is not None and newest.id > since)


def is_being_tried(lines: Iterable[Line]) -> bool:
    """Whether something is due now, and not later only."""
    return any(line.kind == "attempt.queued" and line.next_at is None for line in lines)


def _tries(delivery: Delivery, now: datetime) -> list[Line]:
    news = _NEWS.get(delivery.message.type, delivery.message.type)
    attempts: list[Attempt] = delivery.newest_attempts  # type: ignore[attr-defined]
    lines = [_try(attempt, news) for attempt in attempts]
    if delivery.next_attempt_at is not None and delivery.status == "pending":
        due = delivery.next_attempt_at
        lines.append(Line(None, "attempt.queued", when=due, tone="mute", news=news, next_at=due if due > now else None))
    return lines


def _try(attempt: Attempt, news: str | Promise) -> Line:
    outcome = Outcome(
        started_at=attempt.started_at,
        duration_ms=attempt.duration_ms,
        response_status=attempt.response_status,
        error=attempt.error,
    )
    if outcome.is_success:
        return Line(attempt.pk, "attempt.reached", when=attempt.started_at, tone="good", news=news)
    return Line(attempt.pk, "attempt.missed", when=attempt.started_at, tone="bad", news=news, why=outcome.explanation)
