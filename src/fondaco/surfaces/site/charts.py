"""Geometry of the two charts that the house draws: bars and a line. The template turns it into SVG and a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

WIDTH, HEIGHT = 640, 200  # units of the drawing's viewBox; it scales with its card
_LEFT, _RIGHT, _TOP, _BOTTOM = 8, 52, 14, 26


@dataclass(frozen=True, slots=True)
class Mark:
    """One value in the drawing: the foot of its label at ``x``, its top at ``y``, bar ``width`` and ``height``."""

    label: str
    value: float
    text: str
    x: float
    y: float
    width: float
    height: float
    is_labelled: bool
    is_spare: bool  # its label is left out on phones, where there is room for a third of them

    @property
    def cells(self) -> tuple[str, str]:
        """The row of the table behind the chart."""
        return self.label, self.text


@dataclass(frozen=True, slots=True)
class Rule:
    """A horizontal grid line and what it stands for."""

    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing of ``width`` × ``height`` units. ``path`` is empty for bars."""

    marks: list[Mark]
    rules: list[Rule]
    path: str
    area: str
    width: int = WIDTH
    height: int = HEIGHT


Points = Sequence[tuple[str, float]]


def bar_chart(points: Points, unit: str = "") -> Chart:
    """Bars for ``(label, value)`` pairs; values are not negative. ``unit`` is written after each number."""
    return _draw(points, unit, is_line=False)


def line_chart(points: Points, unit: str = "") -> Chart:
    """A line through ``(label, value)`` pairs in equal steps; values are not negative."""
    return _draw(points, unit, is_line=True)


def _draw(points: Points, unit: str, *, is_line: bool) -> Chart:
    values = [value for _, value in points]
    top = _round_up(max(values, default=0), is_whole=all(value == int(value) for value in values))
    base = HEIGHT - _BOTTOM
    step = (WIDTH - _LEFT - _RIGHT) / max(len(points), 1)
    every = ceil(len(points) / 8) or 1
    marks = []
    for position, (label, value) in enumerate(points):
        height = round((base - _TOP) * value / top, 1)
        marks.append(
            Mark(
                label=label,
                value=value,
                text=_number(value, unit),
                x=round(_LEFT + step * (position + 0.5), 1),
                y=round(base - height, 1),
                width=round(min(step * 0.62, 44), 1),
                height=height,
                is_labelled=position % every == 0,
                is_spare=position // every % 3 != 0,
            )
        )
    rules = [Rule(round(base - (base - _TOP) * part, 1), _number(top * part, unit)) for part in (0, 0.5, 1)]
    path = "M" + " L".join(f"{mark.x} {mark.y}" for mark in marks) if is_line and marks else ""
    area = f"{path} L{marks[-1].x} {base} L{marks[0].x} {base} Z" if path else ""
    return Chart(marks, rules, path, area)


def _round_up(value: float, *, is_whole: bool) -> float:
    """The next round number of which the half is a plain number too; of things that are counted, a whole one."""
    least = 2 if is_whole else 1
    if value <= 0:
        return least
    power = 10.0 ** floor(log10(value))
    round_numbers = (power * factor for factor in (1, 1.5, 2, 3, 4, 5, 6, 8, 10, 20))
    return next(number for number in round_numbers if number >= value and (not is_whole or number % 2 == 0))


def _number(value: float, unit: str) -> str:
    text = f"{value:,.1f}".removesuffix(".0")
    return f"{text}{unit}"
