"""``record()``: writes one event row and hands it to those who project it, inside the caller's transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.db import models, transaction

from fondaco.audit.actor import Actor
from fondaco.audit.kinds import EventKind
from fondaco.audit.models import Event
from fondaco.kit import clock

Projection = Callable[[Event, Any], None]
_projections: dict[str, list[Projection]] = defaultdict(list)


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
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError(f"{kind} recorded outside a transaction")
    event = Event.objects.create(
        kind=kind.name,
        occurred_at=clock.now(account_id or None),
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        actor_label=actor.label[:200],
        actor_address=actor.address,
        subject_type=subject._meta.model_name or "",
        subject_id=subject.pk.hex if isinstance(subject.pk, UUID) else str(subject.pk),
        account_id=account_id,
        partner_id=partner_id,
        data=dict(data or {}),
    )
    for projection in _projections[kind.name]:
        projection(event, subject)
    return event


def projects(*kinds: EventKind) -> Callable[[Projection], Projection]:
    """Registers a higher package's handler ``(event, subject)`` for facts of lower ones; it runs in the same commit."""

    def register(projection: Projection) -> Projection:
        for kind in kinds:
            if projection not in _projections[kind.name]:
                _projections[kind.name].append(projection)
        return projection

    return register
