"""Sending again what was sent: the same ids, the same bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fondaco.accounts.models import Operator
from fondaco.accounts.permissions import Permission
from fondaco.accounts.policies import check_operator_can
from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.catalog.models import App
from fondaco.catalog.policies import check_can
from fondaco.installs.actions.credentials import check_reason
from fondaco.installs.models import Installation
from fondaco.installs.states import OperationKind, OperationStatus
from fondaco.kit import clock
from fondaco.kit.errors import Invalid
from fondaco.kit.rate import check_rate
from fondaco.messaging import events
from fondaco.messaging.actions import begin_round, wake_dispatcher
from fondaco.messaging.endpoints import probe_at_once
from fondaco.messaging.errors import CannotReplay, NothingToReplay
from fondaco.messaging.health import resume_endpoint
from fondaco.messaging.logs import Chosen, list_sent
from fondaco.messaging.models import Delivery, Endpoint
from fondaco.messaging.payloads import CARRY_CREDENTIALS
from fondaco.messaging.states import DeliveryStatus
from fondaco.partners.models import Member

MOST_AT_ONCE: Final = 500
_TIMES: Final = 30  # that a partner may ask for an app, in ten minutes
_PER: Final = timedelta(minutes=10)


class SkipReason(StrEnum):
    """Why an event cannot be sent again."""

    CREDENTIALS_GONE = "credentials-gone"
    TIMED_OUT = "change-timed-out"
    UNREACHED = "change-undelivered"
    REPLACED = "change-replaced"

    @property
    def words(self) -> Promise:
        """A sentence for people."""
        return _WORDS[self]


_WORDS: Final[dict[SkipReason, Promise]] = {
    SkipReason.CREDENTIALS_GONE: gettext_lazy("Its credentials are not kept any more: ask for new ones."),
    SkipReason.TIMED_OUT: gettext_lazy("Nobody answered in time, so what it proposes was dropped."),
    SkipReason.UNREACHED: gettext_lazy("The app's program could not be reached, so what it proposes was dropped."),
    SkipReason.REPLACED: gettext_lazy("A later change took the place of what it proposes."),
}
# Nobody waits for the answer to these any more, and what they propose is not in force.
_DROPPED: Final = {
    OperationStatus.TIMED_OUT.value: SkipReason.TIMED_OUT,
    OperationStatus.FAILED.value: SkipReason.UNREACHED,
    OperationStatus.SUPERSEDED.value: SkipReason.REPLACED,
}


@dataclass(frozen=True, slots=True)
class Skipped:
    """A delivery that is not sent again, and why."""

    delivery: Delivery
    reason: SkipReason


@dataclass(frozen=True, slots=True)
class Replay:
    """What a replay comes to: so many are sent, these cannot be, and so many are beyond what one replay sends."""

    sent: int
    skipped: tuple[Skipped, ...]
    remaining: int


def plan_replay(app: App, chosen: Chosen) -> Replay:
    """What :func:`replay` would do now. The caller may see the app."""
    found = list_sent(app, chosen)
    taken = list(found.order_by("message")[:MOST_AT_ONCE])
    skipped = _skip(taken)
    return Replay(len(taken) - len(skipped), skipped, found.count() - len(taken))


def replay(*, actor: Actor, by: Member, app: App, chosen: Chosen) -> Replay:
    """Sends again what is chosen, the oldest first, at most :data:`MOST_AT_ONCE`; what cannot be is left out."""
    check_can(by, app, Permission.PARTNER_APPS_EDIT)
    check_rate(f"replay:{app.pk.hex}", limit=_TIMES, per=_PER)
    return _replay(actor, app, chosen, {})


def replay_for_support(*, actor: Actor, by: Operator, app: App, chosen: Chosen, reason: str) -> Replay:
    """The same by staff, for any app; the partner reads the reason in the app's log."""
    check_operator_can(by, Permission.OPERATOR_SUPPORT)
    return _replay(actor, app, chosen, {"reason": check_reason(reason, is_required=True)})


def replay_one(*, actor: Actor, by: Member, delivery: Delivery) -> None:
    """Sends one event again, or at once when it waits for its next try."""
    app = delivery.installation.app
    check_can(by, app, Permission.PARTNER_APPS_EDIT)
    check_rate(f"replay:{app.pk.hex}", limit=_TIMES, per=_PER)
    _replay_one(actor, delivery, {})


def replay_one_for_support(*, actor: Actor, by: Operator, delivery: Delivery, reason: str) -> None:
    """The same by staff, who say why."""
    check_operator_can(by, Permission.OPERATOR_SUPPORT)
    _replay_one(actor, delivery, {"reason": check_reason(reason, is_required=True)})


def try_endpoint(*, actor: Actor, by: Member, endpoint: Endpoint) -> None:
    """Sends a probe to a paused or gone callback address now."""
    check_can(by, endpoint.app, Permission.PARTNER_APPS_EDIT)
    check_rate(f"replay:{endpoint.app_id.hex}", limit=_TIMES, per=_PER)
    resume_endpoint(actor=actor, endpoint=endpoint)


def try_endpoint_for_support(*, actor: Actor, by: Operator, endpoint: Endpoint) -> None:
    """The same by staff."""
    check_operator_can(by, Permission.OPERATOR_SUPPORT)
    resume_endpoint(actor=actor, endpoint=endpoint)


def why_not_replayed(delivery: Delivery) -> SkipReason | None:
    """Not without the secrets that it carried, and not when what it proposes was dropped: it would mislead."""
    message, operation = delivery.message, delivery.message.operation
    if operation and operation.kind != OperationKind.UNINSTALL and operation.status in _DROPPED:
        return _DROPPED[operation.status]  # before anything else: new credentials would not help
    is_incomplete = message.type in CARRY_CREDENTIALS and message.body is None
    return SkipReason.CREDENTIALS_GONE if is_incomplete else None


def _skip(deliveries: Sequence[Delivery]) -> tuple[Skipped, ...]:
    reasons = [(each, why_not_replayed(each)) for each in deliveries]
    return tuple(Skipped(each, reason) for each, reason in reasons if reason)


def _replay(actor: Actor, app: App, chosen: Chosen, why: Mapping[str, str]) -> Replay:
    if chosen.is_everything:
        raise Invalid(fields={"status": [_("Choose what to send again: all that failed, a time, an account.")]})
    with transaction.atomic(durable=True):
        found = list_sent(app, chosen)
        total, taken = found.count(), list(found.order_by("message")[:MOST_AT_ONCE])
        skipped = _skip(taken)
        kept_back = {each.delivery.pk for each in skipped}
        sent = _send([each for each in taken if each.pk not in kept_back], actor=actor)
        if not sent:
            named = [(each.delivery.message, each.reason) for each in skipped]
            raise NothingToReplay(
                skipped=[{"event_id": each.pk.hex, "type": each.type, "reason": why.value} for each, why in named]
            )
        data = {"count": sent, **chosen.as_json(), **why}
        record(events.MESSAGES_REPLAYED, app, actor=actor, partner_id=app.partner_id, data=data)
    return Replay(sent, skipped, total - len(taken))


def _replay_one(actor: Actor, delivery: Delivery, why: Mapping[str, str]) -> None:
    app = delivery.installation.app
    with transaction.atomic(durable=True):
        if why_not_replayed(delivery) or not _send([delivery], actor=actor):
            raise CannotReplay
        data = {"count": 1, "event": delivery.message_id.hex, **why}
        record(events.MESSAGES_REPLAYED, app, actor=actor, partner_id=app.partner_id, data=data)


def _send(deliveries: Sequence[Delivery], *, actor: Actor) -> int:
    """Queues them anew; returns how many. Installations are locked first, as every other writer does."""
    keys = {each.installation_id for each in deliveries}
    list(Installation.objects.select_for_update().only("pk").filter(pk__in=keys).order_by("pk"))
    found = Delivery.objects.filter(pk__in=[each.pk for each in deliveries]).order_by("pk")
    rows = list(found.select_related("message", "installation__app"))
    for delivery in rows:
        if delivery.status == DeliveryStatus.PENDING:
            delivery.next_attempt_at = clock.now(delivery.installation.account_id)
            delivery.save(update_fields=["next_attempt_at"])
            continue
        if delivery.status == DeliveryStatus.DELIVERED:
            delivery.is_ordered = False  # it arrived in its order once; now it must not hold up what is new
            delivery.save(update_fields=["is_ordered"])
        begin_round(actor=actor, delivery=delivery)
    if rows:
        probe_at_once({delivery.endpoint_id for delivery in rows})
        wake_dispatcher()
    return len(rows)
