"""``record()``: writes one event row and hands it to those who project it, inside the caller's transaction.

``record_all()`` does so for thousands of facts of one kind, in as many statements as for a few.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import models, transaction

from fondaco.audit.actor import Actor
from fondaco.audit.kinds import EventKind
from fondaco.audit.models import Event
from fondaco.kit import clock

Projection = Callable[[Event, Any], None]
JointProjection = Callable[[Sequence[tuple[Event, Any]]], None]
_projections: dict[str, list[Projection]] = defaultdict(list)
_joint_projections: dict[str, list[JointProjection]] = defaultdict(list)
_AT_ONCE = 1000  # rows of one INSERT


@dataclass(frozen=True, slots=True)
class Fact:
    """What :func:`record_all` is to write down of one subject."""

    subject: models.Model
    account_id: str = ""
    partner_id: UUID | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


def record(
    kind: EventKind,
    subject: models.Model,
    *,
    actor: Actor,
    account_id: str = "",
    partner_id: UUID | None = None,
    data: Mapping[str, Any] | None = None,
) -> Event:
    """Records that ``kind`` happened to ``subject`` and runs its projections.

    ``data`` must be JSON and must hold no secret. Needs an open transaction, because a fact without its change, or a
    change without its fact, must not exist.
    """
    _check_open(kind)
    event = _make(kind, Fact(subject, account_id, partner_id, data or {}), actor)
    event.save(force_insert=True)
    _project(kind, [(event, subject)])
    return event


def record_all(kind: EventKind, facts: Iterable[Fact], *, actor: Actor) -> list[Event]:
    """The same for many subjects to which the same happened at once; one event each, in the order given."""
    _check_open(kind)
    facts = list(facts)
    events = Event.objects.bulk_create([_make(kind, fact, actor) for fact in facts], batch_size=_AT_ONCE)
    _project(kind, [(event, fact.subject) for event, fact in zip(events, facts, strict=True)])
    return events


def projects(*kinds: EventKind) -> Callable[[Projection], Projection]:
    """Registers a higher package's handler ``(event, subject)`` for facts of lower ones; it runs in the same commit."""

    def register(projection: Projection) -> Projection:
        for kind in kinds:
            if projection not in _projections[kind.name]:
                _projections[kind.name].append(projection)
        return projection

    return register


def projects_jointly(*kinds: EventKind) -> Callable[[JointProjection], JointProjection]:
    """The same for a handler of all that happened at once: ``[(event, subject), …]``, most often only one."""

    def register(projection: JointProjection) -> JointProjection:
        for kind in kinds:
            if projection not in _joint_projections[kind.name]:
                _joint_projections[kind.name].append(projection)
        return projection

    return register


def _check_open(kind: EventKind) -> None:
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError(f"{kind} recorded outside a transaction")


def _make(kind: EventKind, fact: Fact, actor: Actor) -> Event:
    subject = fact.subject
    return Event(
        kind=kind.name,
        occurred_at=clock.now(fact.account_id or None),
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        actor_label=actor.label[:200],
        actor_address=actor.address,
        subject_type=subject._meta.model_name or "",
        subject_id=subject.pk.hex if isinstance(subject.pk, UUID) else str(subject.pk),
        account_id=fact.account_id,
        partner_id=fact.partner_id,
        data=dict(fact.data),
    )


def _project(kind: EventKind, happened: Sequence[tuple[Event, models.Model]]) -> None:
    for event, subject in happened:
        for projection in _projections[kind.name]:
            projection(event, subject)
    if happened:
        for joint in _joint_projections[kind.name]:
            joint(happened)
