"""The one door for a status: a machine is a table of allowed steps, ``transition()`` the only code that takes one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, Final, TypeVar, cast
from uuid import UUID

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from fondaco.audit.actor import Actor
from fondaco.audit.kinds import EventKind
from fondaco.audit.recording import Fact, Row, record, record_all
from fondaco.kit import clock
from fondaco.kit.errors import Conflict
from fondaco.kit.rows import write_rows

# The lock shows what the last one to hold it has left; that, and nothing older, is what the step is judged by.
_MOVE: Final = """
    WITH locked AS MATERIALIZED (
        SELECT "{key}" AS key, status FROM "{table}" WHERE "{key}" = ANY(%(keys)s::{type}[])
        ORDER BY "{key}" FOR UPDATE
    )
    UPDATE "{table}" t SET status = %(to)s, status_changed_at = moved.at{along}
    FROM locked JOIN json_to_recordset(%(moved)s::json) AS moved(key {type}, at timestamptz) USING (key)
    WHERE t."{key}" = locked.key AND locked.status = ANY(%(origins)s) AND t.status = locked.status
    RETURNING locked.key, locked.status
"""


class IllegalTransition(Conflict):
    """The object is no longer in a state from which this step leads; nothing was changed."""

    code = "illegal-transition"
    message = _(
        "This is %(current)s now and cannot become %(wanted)s. Nothing was changed; someone may have been faster. "
        "Reload to see where it stands."
    )


@dataclass(frozen=True)
class Machine:
    """States and steps of one kind of object. ``events`` names the fact recorded when a state is entered."""

    name: str
    states: type[StrEnum]
    initial: StrEnum
    table: Mapping[Any, frozenset[Any]]
    events: Mapping[Any, EventKind] = field(default_factory=dict)

    def __post_init__(self) -> None:
        missing = set(self.states) - set(self.table)
        if missing:
            raise ValueError(f"{self.name}: no row for {sorted(missing)}")

    def allows(self, current: str, to: str) -> bool:
        """Whether the step ``current → to`` is in the table."""
        return self.states(to) in self.table[self.states(current)]

    def column(self) -> models.CharField[str, str]:
        """The ``status`` column of this machine."""
        return models.CharField(max_length=20, default=self.initial.value, editable=False)

    def constraint(self, name: str) -> models.CheckConstraint:
        """The database's own list of the states; a test compares it with ``states``."""
        return models.CheckConstraint(condition=models.Q(status__in=[state.value for state in self.states]), name=name)


class Stateful(models.Model):
    """A row with a status. Subclasses set ``MACHINE``, ``status = MACHINE.column()`` and its constraint."""

    MACHINE: ClassVar[Machine]
    status: str
    status_changed_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        abstract = True

    def audit_scope(self) -> Mapping[str, Any]:
        """``account_id`` and ``partner_id`` that the recorded facts belong to."""
        raise LookupError(f"{type(self).__name__} does not say whom its facts belong to")


StatefulModel = TypeVar("StatefulModel", bound=Stateful)


def transition(
    obj: StatefulModel,
    to: StrEnum,
    *,
    actor: Actor,
    reason: str = "",
    data: Mapping[str, Any] | None = None,
    fields: Mapping[str, Any] | None = None,
) -> StatefulModel:
    """Moves ``obj`` to ``to``, or raises :class:`IllegalTransition` and changes nothing.

    Locks the row first and judges by what the database says, so of two people at once one wins and the other is told.
    Saves only ``status``, ``status_changed_at`` and the ``fields`` that change with it, in one statement; records the
    machine's event for the entered state with ``from``, ``to`` and ``reason``. ``obj`` is updated in place. Needs an
    open transaction.
    """
    scope, fields = obj.audit_scope(), fields or {}
    moment = clock.now(scope.get("account_id") or None)
    before = _move(type(obj), {obj.pk: moment}, to, fields=fields).get(obj.pk)
    if before is None:
        current = type(obj)._base_manager.values_list("status", flat=True).get(pk=obj.pk)
        raise IllegalTransition(current=current, wanted=to.value)
    obj.status, obj.status_changed_at = to.value, moment
    for name, value in fields.items():
        setattr(obj, name, value)
    if kind := obj.MACHINE.events.get(to):
        record(
            kind,
            obj,
            actor=actor,
            data={"from": before, "to": to.value, "reason": reason, **(data or {})},
            **scope,
        )
    return obj


@dataclass(frozen=True, slots=True)
class Step:
    """A row that is to move, by its key, for whoever has not loaded it: whom the fact belongs to, and why."""

    pk: Any
    account_id: str = ""
    partner_id: UUID | None = None
    reason: str = ""


def transition_all(
    objs: Sequence[StatefulModel], to: StrEnum, *, actor: Actor, reasons: Mapping[Any, str] | None = None
) -> list[StatefulModel]:
    """Moves many rows of one model to ``to`` and returns those that could take the step; the others stay as they are.

    The same door for many: all are locked first (in the order of their keys, so that two callers cannot block each
    other), each is judged by what the database says, each gets its event. ``reasons`` are words by primary key.
    """
    if not objs:
        return []
    words = reasons or {}
    steps = [Step(obj.pk, **obj.audit_scope(), reason=words.get(obj.pk, "")) for obj in objs]
    moved = move_all(type(objs[0]), steps, to, actor=actor, subjects={obj.pk: obj for obj in objs})
    moving = [obj for obj in objs if obj.pk in moved]
    for obj in moving:
        obj.status, obj.status_changed_at = to.value, moved[obj.pk]
    return moving


def move_all(
    model: type[Stateful],
    steps: Sequence[Step],
    to: StrEnum,
    *,
    actor: Actor,
    subjects: Mapping[Any, Stateful] | None = None,
    along: str = "",
) -> dict[Any, datetime]:
    """:func:`transition_all` by keys: a few statements for any number of rows. Who moved, and when.

    ``subjects`` are those rows that the caller has loaded; who projects the event gets them. ``along`` is SQL of
    further columns that change in the same statement (``a = t.a + 1, b = NULL``): a constant, never anybody's input.
    """
    machine, known = model.MACHINE, subjects or {}
    offsets = clock.offsets_of({step.account_id for step in steps if step.account_id})
    now = clock.now()
    moments = {step.pk: now + offsets.get(step.account_id, timedelta(0)) for step in steps}
    before = _move(model, moments, to, along)
    if kind := machine.events.get(to):
        facts = [
            Fact(
                known.get(step.pk) or Row(model, step.pk),
                step.account_id,
                step.partner_id,
                {"from": before[step.pk], "to": to.value, "reason": step.reason},
            )
            for step in steps
            if step.pk in before
        ]
        record_all(kind, facts, actor=actor)
    return {key: moments[key] for key in before}


def _move(
    model: type[Stateful],
    moments: Mapping[Any, datetime],
    to: StrEnum,
    along: str = "",
    fields: Mapping[str, Any] | None = None,
) -> dict[Any, str]:
    """The status before, of those that could take the step. ``fields`` become the same for all of them."""
    if not moments:
        return {}
    values = dict(_column_and_value(model, name, value) for name, value in (fields or {}).items())
    changes = [*([along] if along else []), *(f'"{column}" = %(field_{column})s' for column in values)]
    names = {
        "table": model._meta.db_table,
        "key": model._meta.pk.column,
        "type": model._meta.pk.db_type(connection),
        "along": "".join(f", {change}" for change in changes),
    }
    origins = [state.value for state in model.MACHINE.states if model.MACHINE.allows(state, to)]
    parameters: dict[str, Any] = {
        "keys": list(moments),
        "moved": write_rows({"key": key, "at": at} for key, at in moments.items()),
        "to": to.value,
        "origins": origins,
        **{f"field_{column}": value for column, value in values.items()},
    }
    with connection.cursor() as cursor:
        cursor.execute(_MOVE.format(**names), parameters)
        return dict(cursor.fetchall())


def _column_and_value(model: type[Stateful], name: str, value: Any) -> tuple[str, Any]:
    """As Django would save it."""
    column = cast("models.Field[Any, Any]", model._meta.get_field(name))
    plain = value.pk if isinstance(value, models.Model) else value
    return str(column.column), column.get_db_prep_save(plain, connection)
