"""Room for calls: no depth is an unlucky one."""

from __future__ import annotations

import inspect
import resource
import sys
from collections.abc import Callable
from threading import Thread

import pytest

from fondaco.kit.frames import with_room

CALLS = 300
DEEPEST = 150


def call_from_every_depth(depth: int = 0) -> None:
    """From each some hundred calls, which is where a boundary between chunks would hurt."""
    for _ in range(CALLS):
        _leaf()
    if depth < DEEPEST:
        call_from_every_depth(depth + 1)


def _leaf() -> None:
    one = two = three = four = five = six = seven = eight = nine = ten = None
    assert not any([one, two, three, four, five, six, seven, eight, nine, ten])


def faults_of(call: Callable[[], None]) -> int:
    """How many pages of memory a thread, which begins with nothing, takes for ``call``."""
    counted: list[int] = []

    def run() -> None:
        before = resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
        call()
        counted.append(resource.getrusage(resource.RUSAGE_THREAD).ru_minflt - before)

    thread = Thread(target=run)
    thread.start()
    thread.join()
    return counted[0]


def test_it_is_the_same_function_to_whoever_calls() -> None:
    def add(one: int, *, other: int = 2) -> int:
        """Adds."""
        return one + other

    roomy = with_room(add)
    assert roomy(1, other=4) == 5
    assert roomy(1) == 3
    assert (roomy.__name__, roomy.__doc__) == ("add", "Adds.")
    assert inspect.signature(roomy) == inspect.signature(add)


def test_errors_come_through() -> None:
    with pytest.raises(ZeroDivisionError):
        with_room(lambda: 1 // 0)()


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="later releases of 3.13 keep a chunk by themselves")
def test_no_call_takes_memory_from_the_system_again_and_again() -> None:
    assert faults_of(call_from_every_depth) > CALLS
    assert faults_of(with_room(call_from_every_depth)) < CALLS
