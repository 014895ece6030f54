"""Geometry of a drawn state machine: boxes in layers by their distance from the first state, arrows between them.

What is drawn is read from the machine's own table. The same drawing lies (for wide screens) or stands (for telephones).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise

from fondaco.audit.status import Machine

_APART: Final = 8  # half the distance of an arrow and its way back
_HEAD: Final = 5
_EDGE: Final = 2
Say = Callable[[str, str], str | Promise]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """A state. ``x`` and ``y`` are its upper left corner."""

    state: str
    label: str
    x: float
    y: float
    width: float
    height: float
    is_current: bool


@dataclass(frozen=True, slots=True)
class Arrow:
    """A step: the line as an SVG path, and the triangle at its end as the points of a polygon."""

    path: str
    head: str
    is_open: bool  # whether it can be taken from where the machine stands


@dataclass(frozen=True, slots=True)
class Step:
    """A step in words."""

    current: str
    to: str
    how: str | Promise
    is_open: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing of ``width`` × ``height`` units."""

    boxes: list[Box]
    arrows: list[Arrow]
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """A machine, drawn twice, and its steps in words; ``now`` is the current state's label."""

    lying: Picture
    standing: Picture
    steps: list[Step]
    now: str


@dataclass(frozen=True, slots=True)
class _Measures:
    """Along the way of the machine and across it: length of a box and of a gap."""

    box: Point
    gap: Point
    stands: bool


_LYING: Final = _Measures(box=(104, 40), gap=(34, 30), stands=False)
_STANDING: Final = _Measures(box=(38, 122), gap=(30, 30), stands=True)


def draw_machine(machine: Machine, current: str, *, labels: Mapping[str, str | Promise], say: Say) -> Drawing:
    """``say(current, to)`` tells how a step is taken."""
    steps = [
        Step(str(labels[state]), str(labels[to]), say(state, to), state == current) for state, to in _edges(machine)
    ]
    lying, standing = (_draw(machine, current, labels, measures) for measures in (_LYING, _STANDING))
    return Drawing(lying, standing, steps, str(labels[current]))


def _edges(machine: Machine) -> list[tuple[str, str]]:
    return [(state.value, to.value) for state in machine.states for to in machine.states if to in machine.table[state]]


def _draw(machine: Machine, current: str, labels: Mapping[str, str | Promise], measures: _Measures) -> Picture:
    places = _places(machine)
    edges = _edges(machine)
    size = measures.box
    corners = {
        state: (_EDGE + layer * (size[0] + measures.gap[0]), _EDGE + row * (size[1] + measures.gap[1]))
        for state, (layer, row) in places.items()
    }
    boxes = []
    for state, corner in corners.items():
        (x, y), (width, height) = (point[::-1] if measures.stands else point for point in (corner, size))
        boxes.append(Box(state, str(labels[state]), x, y, width, height, state == current))
    arrows = [
        _arrow(corners[start], corners[end], size, stands=measures.stands, is_open=start == current)
        if (end, start) not in edges
        else _arrow(corners[start], corners[end], size, stands=measures.stands, is_open=start == current, is_one_of=2)
        for start, end in edges
    ]
    return Picture(
        boxes,
        arrows,
        width=max(box.x + box.width for box in boxes) + _EDGE,
        height=max(box.y + box.height for box in boxes) + _EDGE,
    )


def _places(machine: Machine) -> dict[str, tuple[int, int]]:
    """Each state's layer (steps from the first state, at least) and row within it, in the order of the machine."""
    layers = {machine.initial: 0}
    waiting = [machine.initial]
    while waiting:
        state = waiting.pop(0)
        for to in machine.states:
            if to in machine.table[state] and to not in layers:
                layers[to] = layers[state] + 1
                waiting.append(to)
    rows: dict[int, int] = {}
    places = {}
    for state in machine.states:
        layer = layers.get(state, 0)
        places[state.value] = (layer, rows.get(layer, 0))
        rows[layer] = rows.get(layer, 0) + 1
    return places


def _arrow(start: Point, end: Point, size: Point, *, stands: bool, is_open: bool, is_one_of: int = 1) -> Arrow:
    """From box to box: straight within a row, else round one corner. Of two ways there and back each keeps aside."""
    forth = start[0] < end[0]
    aside = 0 if is_one_of == 1 else -_APART if forth else _APART
    if start[1] == end[1]:
        level = start[1] + size[1] / 2 + aside
        points = [(start[0] + size[0] * forth, level), (end[0] + size[0] * (not forth), level)]
    else:
        first, last = (start, end) if forth else (end, start)
        is_down = first[1] < last[1]
        turn = first[0] + size[0] / 2 - aside
        level = last[1] + size[1] / 2 + aside * (1 if is_down else -1)
        points = [(turn, first[1] + size[1] * is_down), (turn, level), (last[0], level)]
        points = points if forth else points[::-1]
    return Arrow(*_lines([point[::-1] if stands else point for point in points]), is_open=is_open)


def _lines(points: list[Point]) -> tuple[str, str]:
    (before_x, before_y), (x, y) = points[-2], points[-1]
    along = ((x > before_x) - (x < before_x), (y > before_y) - (y < before_y))
    foot = (x - _HEAD * 1.6 * along[0], y - _HEAD * 1.6 * along[1])
    across = (along[1] * _HEAD, along[0] * _HEAD)
    corners = [(x, y), (foot[0] + across[0], foot[1] + across[1]), (foot[0] - across[0], foot[1] - across[1])]
    path = "M" + " L".join(f"{px:g} {py:g}" for px, py in [*points[:-1], foot])
    return path, " ".join(f"{px:g},{py:g}" for px, py in corners)
