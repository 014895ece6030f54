"""The one door for a status: a machine is a table of allowed steps, ``transition()`` the only code that takes one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, ClassVar, TypeVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from fondaco.audit.actor import Actor
from fondaco.audit.kinds import EventKind
from fondaco.audit.recording import Fact, record, record_all
from fondaco.kit import clock
from fondaco.kit.errors import Conflict


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
) -> StatefulModel:
    """Moves ``obj`` to ``to``, or raises :class:`IllegalTransition` and changes nothing.

    Locks the row first and judges by what the database says, so of two people at once one wins and the other is told.
    Saves only ``status`` and ``status_changed_at``; records the machine's event for the entered state with
    ``from``, ``to`` and ``reason``. ``obj`` is updated in place. Needs an open transaction.
    """
    machine = obj.MACHINE
    current = type(obj)._base_manager.select_for_update().values_list("status", flat=True).get(pk=obj.pk)
    if not machine.allows(current, to):
        raise IllegalTransition(current=current, wanted=to.value)
    scope = obj.audit_scope()
    obj.status = to.value
    obj.status_changed_at = clock.now(scope.get("account_id") or None)
    obj.save(update_fields=["status", "status_changed_at"])
    if kind := machine.events.get(to):
        record(
            kind,
            obj,
            actor=actor,
            data={"from": current, "to": to.value, "reason": reason, **(data or {})},
            **scope,
        )
    return obj


def transition_all(
    objs: Sequence[StatefulModel], to: StrEnum, *, actor: Actor, reasons: Mapping[Any, str] | None = None
) -> list[StatefulModel]:
    """Moves many rows of one model to ``to`` and returns those that could take the step; the others stay as they are.

    The same door for many: all are locked first (in the order of their keys, so that two callers cannot block each
    other), each is judged by what the database says, each gets its event. ``reasons`` are words by primary key.
    """
    if not objs:
        return []
    model, machine = type(objs[0]), objs[0].MACHINE
    rows = model._base_manager.select_for_update().filter(pk__in=[obj.pk for obj in objs]).order_by("pk")
    current = dict(rows.values_list("pk", "status"))
    moving = [obj for obj in objs if obj.pk in current and machine.allows(current[obj.pk], to)]
    now = clock.now()
    by_offset: dict[timedelta, list[Any]] = defaultdict(list)
    for obj in moving:
        account_id = obj.audit_scope().get("account_id")
        offset = clock.offset_of(account_id) if account_id else timedelta(0)
        obj.status, obj.status_changed_at = to.value, now + offset
        by_offset[offset].append(obj.pk)
    for offset, keys in by_offset.items():
        model._base_manager.filter(pk__in=keys).update(status=to.value, status_changed_at=now + offset)
    if kind := machine.events.get(to):
        facts = [
            Fact(
                obj,
                **obj.audit_scope(),
                data={"from": current[obj.pk], "to": to.value, "reason": (reasons or {}).get(obj.pk, "")},
            )
            for obj in moving
        ]
        record_all(kind, facts, actor=actor)
    return moving
