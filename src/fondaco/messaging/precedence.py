"""The one order of an installation's events, and who may pass whom (ADR 0038).

An event waits for the one before it. What an operation stands behind is tried three times and then steps aside: it is
tried on in its own time. What an uninstall stands behind is tried once and then not again, but for credentials, without
which nothing could be answered: those step aside.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet

from fondaco.audit.actor import Actor
from fondaco.audit.status import transition_all
from fondaco.kit import clock
from fondaco.messaging.models import Delivery, Message
from fondaco.messaging.payloads import CARRY_CREDENTIALS, MessageType
from fondaco.messaging.schedule import ROUND
from fondaco.messaging.states import DeliveryStatus

SUPERSEDED: Final = "superseded"
_PATIENCE: Final = len(ROUND) + 1  # tries before an operation passes


class Way(Enum):
    """What becomes of a delivery that failed once more."""

    STAYS = "stays"
    STEPS_ASIDE = "steps aside"
    IS_OVER = "is over"


@dataclass(frozen=True, slots=True)
class Follower:
    """An event that somebody waits for, or the last one of an installation."""

    installation_id: UUID
    sequence: int
    type: str


def give_way(*, actor: Actor, messages: Sequence[Message]) -> None:
    """Clears the way for new events that somebody waits for. A step; the installations are locked.

    What is being tried at this moment is left to :func:`judge_failed`.
    """
    followers: dict[UUID, list[Follower]] = defaultdict(list)
    installations = {}
    for message in messages:
        if message.operation_id is not None or message.type == MessageType.APP_UNINSTALLED:
            key = message.installation_id
            followers[key].append(Follower(key, message.sequence, message.type))
            installations[key] = message.installation
    if not followers:
        return
    standing = _standing(followers).filter(attempt_count__gt=0).select_related("message")
    idle = Q(leased_until=None) | Q(leased_until__lte=clock.now())
    ways = [
        (each, judge_failed(each, each.message.type, each.attempt_count, followers[each.installation_id]))
        for each in standing.filter(idle)
    ]
    step_aside([each for each, way in ways if way is Way.STEPS_ASIDE])
    over = [each for each, way in ways if way is Way.IS_OVER]
    for each in over:
        each.installation = installations[each.installation_id]
    transition_all(over, DeliveryStatus.FAILED, actor=actor, reasons={each.pk: SUPERSEDED for each in over})


def judge_failed(delivery: Delivery, type_: str, tries: int, followers: Sequence[Follower]) -> Way:
    """How a delivery goes on that failed ``tries`` times, with these events of some installations behind it."""
    behind = [
        each
        for each in followers
        if each.installation_id == delivery.installation_id and each.sequence > delivery.sequence
    ]
    if not behind or not delivery.is_ordered:
        return Way.STAYS
    if any(each.type == MessageType.APP_UNINSTALLED for each in behind):
        return Way.STEPS_ASIDE if type_ in CARRY_CREDENTIALS else Way.IS_OVER
    return Way.STEPS_ASIDE if tries >= _PATIENCE and not delivery.is_awaited else Way.STAYS


def find_followers(installation_ids: Collection[UUID]) -> list[Follower]:
    """Everything pending in these installations that may pass others."""
    rows: QuerySet[Delivery, Any] = _standing(installation_ids).filter(
        Q(is_awaited=True) | Q(message__type=MessageType.APP_UNINSTALLED)
    )
    return [Follower(*row) for row in rows.values_list("installation_id", "sequence", "message__type")]


def step_aside(deliveries: Sequence[Delivery]) -> None:
    """These hold nothing up any more. A step."""
    if deliveries:
        Delivery.objects.filter(pk__in=[each.pk for each in deliveries]).update(is_ordered=False)


def _standing(installation_ids: Collection[UUID]) -> QuerySet[Delivery]:
    return Delivery.objects.filter(
        installation__in=installation_ids, status=DeliveryStatus.PENDING, is_ordered=True
    ).order_by("sequence")
