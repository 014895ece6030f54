"""Alternating rounds: ours, the peer, ours, the peer …, so that a busy minute of the machine hits both alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median
from typing import Literal, TextIO

Measure = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two measurements of one thing. ``ours`` and ``theirs`` do one round each and return a figure in ``unit``.

    ``goal`` is a bound for the ratio ours/theirs: at least it when higher is better, at most it when lower is.
    """

    peer: str
    unit: str
    ours: Measure
    theirs: Measure
    better: Literal["higher", "lower"] = "higher"
    rounds: int = 5
    goal: float | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """Figures of every round of one comparison, warm-up left out."""

    bench: str
    comparison: Comparison
    ours: tuple[float, ...]
    theirs: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """Median of ours divided by median of theirs; infinite when theirs is zero."""
        theirs = median(self.theirs)
        return median(self.ours) / theirs if theirs else float("inf")

    @property
    def meets_goal(self) -> bool:
        """Whether the ratio is within the goal; true when there is none."""
        goal = self.comparison.goal
        if goal is None:
            return True
        return self.ratio >= goal if self.comparison.better == "higher" else self.ratio <= goal

    def line(self) -> str:
        """The last word: ``bench NAME PEER: ours=… peer=… ratio=…``, medians, figures without unit."""
        ours, theirs = (_figure(median(figures)) for figures in (self.ours, self.theirs))
        return f"bench {self.bench} {self.comparison.peer}: ours={ours} peer={theirs} ratio={self.ratio:.2f}"


def constant(value: float) -> Measure:
    """The peer of a budget, such as 200 (ms): it costs nothing to measure."""
    return lambda: value


def compare(bench: str, comparison: Comparison) -> Result:
    """Runs the rounds: one of each as warm-up, thrown away, then ``rounds`` in turns, the beginner changing."""
    comparison.ours()
    comparison.theirs()
    ours: list[float] = []
    theirs: list[float] = []
    sides = [(comparison.ours, ours), (comparison.theirs, theirs)]
    for _ in range(comparison.rounds):
        for measure, figures in sides:
            figures.append(measure())
        sides.reverse()
    return Result(bench, comparison, tuple(ours), tuple(theirs))


def report(results: Iterable[Result], out: TextIO) -> None:
    """Writes a table of medians with the spread of the rounds, then one line per comparison."""
    results = list(results)
    rows = [("bench", "peer", "ours", "peer's", "unit", "ratio", "goal")]
    for result in results:
        comparison = result.comparison
        rows.append(
            (
                result.bench,
                comparison.peer,
                _spread(result.ours),
                _spread(result.theirs),
                f"{comparison.unit}, {comparison.better} is better",
                f"{result.ratio:.2f}",
                _goal(result),
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        out.write("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() + "\n")
    out.write("\n")
    for result in results:
        out.write(result.line() + "\n")


def _goal(result: Result) -> str:
    goal = result.comparison.goal
    if goal is None:
        return "-"
    sign = "≥" if result.comparison.better == "higher" else "≤"
    return f"{sign} {goal:.2f} {'met' if result.meets_goal else 'MISSED'}"


def _spread(figures: tuple[float, ...]) -> str:
    return f"{_figure(median(figures))} ({_figure(min(figures))}–{_figure(max(figures))})"


def _figure(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"
