"""Faults of ours, injected where they can really happen: in what follows from a fact, in the same commit."""

from __future__ import annotations

import pytest

from fondaco.audit import recording
from fondaco.audit.kinds import EventKind


class Fault(Exception):
    """Something nobody thought of."""


def break_on(monkeypatch: pytest.MonkeyPatch, kind: EventKind) -> None:
    """Whatever records ``kind`` fails from here on."""

    def fail(_event: object, _subject: object) -> None:
        raise Fault("nobody thought of this")

    monkeypatch.setitem(recording._projections, kind.name, [fail])
