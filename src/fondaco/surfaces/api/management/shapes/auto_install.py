"""Who gets an app without being picked, and who waits for that."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from fondaco.installs.auto_install import MOST_RULES, AutoInstall
from fondaco.installs.rules import Waiting
from fondaco.surfaces.api.management.shapes.fields import Body, Line, Shape


class RuleBody(Body):
    """``filter`` is all, role (``match``: its key or name), roleid (``match``: its id), or none."""

    filter: Annotated[Line, Field(max_length=6)]
    match: Annotated[Line, Field(max_length=40)] = ""


class AutoInstallBody(Body):
    """All rules, in place of those in force; ``cap`` is how many people with a licence they may bring it to."""

    rules: Annotated[list[RuleBody], Field(max_length=MOST_RULES)]
    cap: Annotated[int, Field(ge=1, le=1_000_000)] | None = None

    def wanted(self) -> AutoInstall:
        """As the domain takes it."""
        return AutoInstall(tuple({"filter": rule.filter, "match": rule.match} for rule in self.rules), self.cap)


class RuleShape(Shape):
    """One rule, as on the wire."""

    filter: str
    match: str


class AutoInstallShape(Shape):
    """Rules in force and who waits. ``withheld`` are those whom a limit stops; ``due_at`` is the next change."""

    rules: list[RuleShape]
    cap: int | None
    waiting: list[str]
    withheld: list[str]
    due_at: datetime | None

    @classmethod
    def of(cls, auto: AutoInstall, waiting: Waiting) -> AutoInstallShape:
        return cls(
            rules=[RuleShape(**rule) for rule in auto.rules],
            cap=auto.cap,
            waiting=[user.pk for user in waiting.coming],
            withheld=[user.pk for user in waiting.withheld],
            due_at=waiting.due_at,
        )
