"""Turns facts of the installs domain into messages for partners, and of ended sessions, in the same commit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from fondaco.accounts.models import User
from fondaco.audit.actor import Actor, ActorKind
from fondaco.audit.models import Event
from fondaco.audit.recording import projects, projects_jointly
from fondaco.catalog import events as catalog_events
from fondaco.catalog.models import App, Plan, Version
from fondaco.identity import events as identity_events
from fondaco.identity.actions import end_credentials
from fondaco.identity.models import LoginSession
from fondaco.installs import events as facts
from fondaco.installs.actions.operations import lock_all
from fondaco.installs.models import Installation, Operation, Trial
from fondaco.installs.states import OperationKind, OperationStatus, SnapshotSide
from fondaco.kit import clock, jobs
from fondaco.kit.ids import parse_wire
from fondaco.messaging import payloads
from fondaco.messaging.actions import Draft, retry_failed, withdraw, write_messages
from fondaco.messaging.handover import Handover, hand_over, take_back
from fondaco.messaging.jobs import announce_sign_outs
from fondaco.messaging.models import Delivery
from fondaco.messaging.payloads import Content, MessageType
from fondaco.messaging.sign_outs import note_ended_sessions, note_user_left
from fondaco.messaging.states import DeliveryStatus
from fondaco.messaging.webhook_secrets import replace_webhook_secret


@projects(catalog_events.APP_REGISTERED, catalog_events.APP_RECEIVED)
def give_secret(event: Event, app: App) -> None:
    """An app has a secret to sign with from its first event on, and another one when its giver knows the first."""
    replace_webhook_secret(actor=_actor(event), app=app)


@projects(facts.OPERATION_OPENED)
def announce_operation(event: Event, operation: Operation) -> None:
    """Tells the partner what it is to answer."""
    tell = {
        OperationKind.INSTALL: _installed,
        OperationKind.UPDATE: _updated,
        OperationKind.UPGRADE: _updated,
        OperationKind.UNINSTALL: _uninstalled,
    }[OperationKind(operation.kind)]
    tell(event, operation)


@projects_jointly(identity_events.CREDENTIALS_ROTATED)
def tell_rotations(rotated: Sequence[tuple[Event, object]]) -> None:
    """The new sets go to the partner. One that never got its first (only when forced) gets that event anew.

    Not those of clients made by hand, whose owners see the new secret on the page.
    """
    events = {parse_wire(event.data.get("client")): event for event, _subject in rotated}
    installations = lock_all(Installation.objects.filter(client__in=[each for each in events if each]))
    if not installations:
        return
    actor = _actor(rotated[0][0])
    forced = [each for each in installations if events[each.client_id].data.get("is_forced")]
    take_back(actor=actor, installations=forced, reason="replaced")
    unheard = {operation.installation_id: operation for operation in _find_unheard(forced)}
    handovers = [Handover(each, events[each.client_id].occurred_at, unheard.get(each.pk)) for each in installations]
    hand_over(actor=actor, handovers=handovers)


@projects_jointly(facts.INSTALLATION_CUT_OFF, facts.INSTALLATION_REVOKED)
def keep_back(happened: Sequence[tuple[Event, Installation]]) -> None:
    """Credentials that are dead are neither sent nor kept."""
    event, _installation = happened[0]
    take_back(actor=_actor(event), installations=[each for _event, each in happened], reason=event.kind)


@projects(facts.OPERATION_RETRIED)
def send_again(event: Event, operation: Operation) -> None:
    """A page was loaded, or enough time has passed."""
    retry_failed(actor=_actor(event), operation=operation)


@projects(facts.OPERATION_TIMED_OUT, facts.OPERATION_SUPERSEDED)
def stop_asking(event: Event, operation: Operation) -> None:
    """An install or change that is over is not announced any more. An uninstall still is: the partner has to know."""
    if operation.kind != OperationKind.UNINSTALL:
        withdraw(actor=_actor(event), operation=operation, reason=operation.status)


@projects(facts.OPERATION_SETTLED)
def tell_settlement(event: Event, operation: Operation) -> None:
    """Staff ended a broken change otherwise than the partner believes; it hears what holds, and need not answer."""
    if event.data["is_partner_told"]:
        is_taken_back = event.data["side"] == SnapshotSide.CURRENT
        content = payloads.updated(operation, _plan_names(operation), is_taken_back=is_taken_back)
        _write(event, operation.installation, content)


@projects_jointly(facts.INSTALLATION_REVOKED)
def tell_removals(removed: Sequence[tuple[Event, Installation]]) -> None:
    """Whoever may have heard of the installation hears of its end, also when it was removed without asking.

    After what was kept back, which it does not wait for.
    """
    for event, installation in removed:
        if event.data.get("is_partner_told", True) or not _may_know(installation):
            continue
        content = payloads.uninstalled(installation, reason_type=event.data["reason_type"], reason=event.data["reason"])
        _write(event, installation, content)


@projects(facts.TRIAL_STARTED)
def tell_trial_started(event: Event, trial: Trial) -> None:
    """``app.trial_started`` follows the partner's own approval."""
    _write(event, trial.installation, payloads.trial_started(trial))


@projects(facts.TRIAL_EXTENDED)
def tell_trial_extended(event: Event, trial: Trial) -> None:
    """The partner hears until when."""
    _write(event, trial.installation, payloads.trial_extended(trial))


@projects(facts.TRIAL_ENDED)
def tell_trial_ended(event: Event, trial: Trial) -> None:
    """A trial that never began has no end either. The event's date is the moment of the end."""
    if trial.started_at is not None and trial.ended_at is not None:
        _write(event, trial.installation, payloads.trial_ended(trial), created_at=trial.ended_at)


@projects_jointly(identity_events.SIGNED_OUT)
def tell_sign_outs(ended: Sequence[tuple[Event, LoginSession]]) -> None:
    """However sessions ended, the apps of the people behind them hear of it."""
    if note_ended_sessions([session for _event, session in ended]):
        jobs.defer(announce_sign_outs)


@projects(identity_events.USER_SIGNED_OUT)
def tell_user_left(event: Event, user: User) -> None:
    """Only the apps of one account hear of it: the person works on in others."""
    if note_user_left(user, clock.now()):
        jobs.defer(announce_sign_outs)


def _installed(event: Event, operation: Operation) -> None:
    """One operation, one credential set (T11). Asking anew ends the set of the time before."""
    actor, installation = _actor(event), operation.installation
    has_had_some = installation.client.credential_sets.exists()
    if has_had_some and end_credentials(actor=actor, clients=[installation.client]):
        take_back(actor=actor, installations=[installation], reason=event.kind)
    hand_over(actor=actor, handovers=[Handover(installation, event.occurred_at, operation)])


def _find_unheard(installations: Sequence[Installation]) -> QuerySet[Operation]:
    """Orders that wait for an answer and never arrived."""
    orders = Operation.objects.filter(
        installation__in=installations, kind=OperationKind.INSTALL, status=OperationStatus.OPEN
    )
    return orders.exclude(messages__delivery__status=DeliveryStatus.DELIVERED)


def _updated(event: Event, operation: Operation) -> None:
    is_upgrade = operation.kind == OperationKind.UPGRADE
    version = Version.objects.get(pk=UUID(hex=operation.proposed["version"])) if is_upgrade else None
    _write(event, operation.installation, payloads.updated(operation, _plan_names(operation), version), operation)


def _plan_names(operation: Operation) -> dict[str, str]:
    concerned = [UUID(hex=side["plan"]) for side in (operation.current, operation.proposed)]
    return {plan.pk.hex: plan.name for plan in Plan.objects.filter(pk__in=concerned).only("name")}


def _uninstalled(event: Event, operation: Operation) -> None:
    content = payloads.uninstalled(operation.installation, reason_type=operation.reason_type, reason=operation.reason)
    _write(event, operation.installation, content, operation)


def _may_know(installation: Installation) -> bool:
    """Whether ``app.installed`` was sent, or is being sent at this moment."""
    sent = Delivery.objects.filter(installation=installation, message__type=MessageType.APP_INSTALLED)
    return any(delivery.lease or delivery.attempts.exists() for delivery in sent)


def _write(
    event: Event,
    installation: Installation,
    content: Content,
    operation: Operation | None = None,
    *,
    created_at: datetime | None = None,
) -> None:
    draft = Draft(installation, content, created_at or event.occurred_at, operation)
    write_messages(actor=_actor(event), drafts=[draft])


def _actor(event: Event) -> Actor:
    """Who caused the fact, caused its message."""
    return Actor(ActorKind(event.actor_kind), id=event.actor_id, label=event.actor_label, address=event.actor_address)
