"""``record()``: writes one event row and hands it to those who project it, inside the caller's transaction.

``record_all()`` does so for thousands of facts of one kind, in as many statements as for a few.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection, models, transaction

from fondaco.audit.actor import Actor
from fondaco.audit.kinds import EventKind
from fondaco.audit.models import Event
from fondaco.kit import clock
from fondaco.kit.ids import new_id
from fondaco.kit.rows import write_rows

Projection = Callable[[Event, Any], None]
JointProjection = Callable[[Sequence[tuple[Event, Any]]], None]
_projections: dict[str, list[Projection]] = defaultdict(list)
_joint_projections: dict[str, list[JointProjection]] = defaultdict(list)
_NO_OFFSET: Final = timedelta(0)
_AT_ONCE: Final = 1000  # rows of one INSERT
# One JSON text, because Django's own way of writing many rows takes longer than PostgreSQL's of storing them, and so
# does the driver's of writing arrays.
_INSERT: Final = """
    INSERT INTO audit_event (id, kind, occurred_at, actor_kind, actor_id, actor_label, actor_address,
        subject_type, subject_id, account_id, partner_id, data)
    SELECT f.id, %(kind)s, f.occurred_at, %(actor_kind)s, %(actor_id)s, %(actor_label)s, %(actor_address)s,
           f.subject_type, f.subject_id, f.account_id, f.partner_id, f.data
    FROM json_to_recordset(%(facts)s::json)
         AS f(id uuid, occurred_at timestamptz, subject_type text, subject_id text, account_id text, partner_id uuid,
              data jsonb)
"""


@dataclass(frozen=True, slots=True)
class Row:
    """A subject by its key alone, for whoever writes about thousands and has loaded none of them."""

    model: type[models.Model]
    pk: Any


@dataclass(frozen=True, slots=True)
class Fact:
    """What :func:`record_all` is to write down of one subject."""

    subject: models.Model | Row
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
    moment = clock.now(account_id or None)
    event = _event(kind, actor, new_id(), moment, Fact(subject, account_id, partner_id, data or {}))
    event.save(force_insert=True)
    _project(kind, [(event, subject)])
    return event


def record_all(kind: EventKind, facts: Iterable[Fact], *, actor: Actor) -> None:
    """The same for many subjects to which the same happened at once; one event each, in the order given."""
    _check_open(kind)
    facts = list(facts)
    offsets = clock.offsets_of({fact.account_id for fact in facts if fact.account_id})
    now = clock.now()
    ids = [new_id() for _ in facts]
    moments = [now + offsets.get(fact.account_id, _NO_OFFSET) for fact in facts]
    with connection.cursor() as cursor:
        for at in range(0, len(facts), _AT_ONCE):
            part = slice(at, at + _AT_ONCE)
            cursor.execute(_INSERT, _parameters(kind, actor, ids[part], moments[part], facts[part]))
    if facts and _is_projected(kind):
        subjects = _load([fact.subject for fact in facts])
        happened = zip(ids, moments, facts, subjects, strict=True)
        _project(kind, [(_event(kind, actor, id_, at, fact), subject) for id_, at, fact, subject in happened])


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


def _parameters(
    kind: EventKind, actor: Actor, ids: Sequence[UUID], moments: Sequence[datetime], facts: Sequence[Fact]
) -> dict[str, Any]:
    return {"kind": kind.name, **_words(actor), "facts": write_rows(map(_row, ids, moments, facts))}


def _row(id_: UUID, occurred_at: datetime, fact: Fact) -> dict[str, Any]:
    subject_type, subject_id = _name(fact.subject)
    return {
        "id": id_,
        "occurred_at": occurred_at,
        "subject_type": subject_type,
        "subject_id": subject_id,
        "account_id": fact.account_id,
        "partner_id": fact.partner_id,
        "data": fact.data,
    }


def _event(kind: EventKind, actor: Actor, id_: UUID, occurred_at: datetime, fact: Fact) -> Event:
    subject_type, subject_id = _name(fact.subject)
    return Event(
        id=id_,
        kind=kind.name,
        occurred_at=occurred_at,
        **_words(actor),
        subject_type=subject_type,
        subject_id=subject_id,
        account_id=fact.account_id,
        partner_id=fact.partner_id,
        data=dict(fact.data),
    )


def _words(actor: Actor) -> dict[str, str]:
    return {
        "actor_kind": actor.kind.value,
        "actor_id": actor.id,
        "actor_label": actor.label[:200],
        "actor_address": actor.address,
    }


def _name(subject: models.Model | Row) -> tuple[str, str]:
    meta = subject.model._meta if isinstance(subject, Row) else subject._meta  # a request's user is lazy: no type()
    key = subject.pk
    return meta.model_name or "", key.hex if isinstance(key, UUID) else str(key)


def _load(subjects: Collection[models.Model | Row]) -> list[models.Model]:
    """Whoever projects a fact gets its subject itself."""
    keys = defaultdict[type[models.Model], list[Any]](list)
    for each in subjects:
        if isinstance(each, Row):
            keys[each.model].append(each.pk)
    found = {model: model._base_manager.in_bulk(known) for model, known in keys.items()}
    return [found[each.model][each.pk] if isinstance(each, Row) else each for each in subjects]


def _is_projected(kind: EventKind) -> bool:
    return bool(_projections.get(kind.name) or _joint_projections.get(kind.name))


def _project(kind: EventKind, happened: Sequence[tuple[Event, models.Model]]) -> None:
    for event, subject in happened:
        for projection in _projections[kind.name]:
            projection(event, subject)
    if happened:
        for joint in _joint_projections[kind.name]:
            joint(happened)
