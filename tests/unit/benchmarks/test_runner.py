"""The benchmark runner: rounds in turns, medians, the line for machines, and nothing left running."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from benchmarks.__main__ import find_benches, run
from benchmarks.context import Context
from benchmarks.rounds import Comparison, Result, compare, constant, report

ROOT = Path(__file__).resolve().parents[3]


def test_rounds_alternate_and_the_warm_up_is_thrown_away() -> None:
    calls: list[str] = []

    def measure(side: str, figures: list[float]) -> float:
        calls.append(side)
        return figures.pop(0)

    ours, theirs = [900.0, 10.0, 30.0, 20.0], [900.0, 5.0, 5.0, 8.0]
    comparison = Comparison(
        "peer", "1/s", ours=lambda: measure("o", ours), theirs=lambda: measure("t", theirs), rounds=3
    )
    result = compare("install", comparison)
    assert "".join(calls) == "ot" + "ot" + "to" + "ot"
    assert result.ours == (10.0, 30.0, 20.0)
    assert result.theirs == (5.0, 5.0, 8.0)
    assert result.line() == "bench install peer: ours=20 peer=5 ratio=4.00"


@pytest.mark.parametrize(
    ("better", "goal", "ours", "met"),
    [
        ("higher", 2.0, 20.0, True),
        ("higher", 2.1, 20.0, False),
        ("lower", 2.0, 20.0, True),
        ("lower", 1.9, 20.0, False),
        ("higher", None, 0.1, True),
    ],
)
def test_goal(better: str, goal: float | None, ours: float, met: bool) -> None:
    comparison = Comparison("p", "u", ours=constant(ours), theirs=constant(10), better=better, goal=goal)  # type: ignore[arg-type]
    assert Result("b", comparison, (ours,), (10.0,)).meets_goal is met


def test_a_peer_of_zero_has_an_infinite_ratio() -> None:
    comparison = Comparison("p", "u", ours=constant(1), theirs=constant(0))
    assert Result("b", comparison, (1.0,), (0.0,)).line() == "bench b p: ours=1 peer=0 ratio=inf"


def test_report_ends_with_one_line_per_comparison() -> None:
    fast = Comparison("budget", "ms", ours=constant(41.26), theirs=constant(200), better="lower", goal=1.0, rounds=1)
    slow = Comparison("bare", "1/s", ours=constant(300), theirs=constant(1200), goal=0.5, rounds=1)
    out = io.StringIO()
    report([compare("pages", fast), compare("pages", slow)], out)
    lines = out.getvalue().splitlines()
    assert [" ".join(line.split()) for line in lines[:3]] == [
        "bench peer ours peer's unit ratio goal",
        "pages budget 41.3 (41.3–41.3) 200 (200–200) ms, lower is better 0.21 ≤ 1.00 met",
        "pages bare 300 (300–300) 1200 (1200–1200) 1/s, higher is better 0.25 ≥ 0.50 MISSED",
    ]
    assert lines[-2:] == [
        "bench pages budget: ours=41.3 peer=200 ratio=0.21",
        "bench pages bare: ours=300 peer=1200 ratio=0.25",
    ]


def test_a_bench_keeps_its_processes_until_its_comparison_ran(capsys: pytest.CaptureFixture[str]) -> None:
    seen = []

    def bench(context: Context) -> Iterator[Comparison]:
        process = context.start([sys.executable, "-c", "import signal; signal.pause()"])
        seen.append(process)
        yield Comparison("itself", "alive", ours=lambda: float(process.poll() is None), theirs=constant(1), rounds=1)

    assert run(["self"], {"self": bench}, ROOT) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "bench self itself: ours=1 peer=1 ratio=1.00"
    assert seen[0].returncode is not None


def test_a_bench_that_fails_leaves_no_process_and_no_folder() -> None:
    seen = []

    def bench(context: Context) -> Iterator[Comparison]:
        seen.append((context.start([sys.executable, "-c", "import signal; signal.pause()"]), context.folder))
        raise ZeroDivisionError
        yield

    with pytest.raises(ZeroDivisionError):
        run(["fails"], {"fails": bench}, ROOT)
    process, folder = seen[0]
    assert process.returncode is not None
    assert not folder.exists()


def test_a_server_that_ends_early_is_shown_with_its_last_lines() -> None:
    with Context(root=ROOT, name="early") as context:
        process = context.start([sys.executable, "-c", "print('port taken')"])
        process.wait(timeout=30)
        with pytest.raises(RuntimeError, match="port taken"):
            context.wait_for(f"http://127.0.0.1:{context.free_port()}/", process)


def test_an_unknown_name_lists_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["nonsense"], {"install": lambda _context: []}, ROOT) == 2
    assert capsys.readouterr().err == "There is no bench nonsense. There are: install.\n"


def test_only_modules_with_a_bench_are_benches() -> None:
    assert set(find_benches()) == {
        path.stem for path in (ROOT / "benchmarks").glob("*.py") if "\ndef bench(" in path.read_text()
    }
