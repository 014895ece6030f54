"""What is remembered, and how much."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fondaco.kit.recent import Recent

ITEMS = st.integers(0, 9).map(lambda number: bytes([number]))


@given(at_least=st.integers(1, 5), uses=st.lists(st.tuples(st.booleans(), ITEMS), max_size=60))
def test_at_least_the_last_so_many_and_at_most_twice_as_many(at_least: int, uses: list[tuple[bool, bytes]]) -> None:
    recent, seen = Recent(at_least, seconds=600), list[bytes]()
    for is_added, item in uses:
        if is_added:
            recent.add(item)
        elif item not in recent:
            continue
        seen = [*(each for each in seen if each != item), item]
    known = [each for each in map(bytes, ([number] for number in range(10))) if each in _frozen(recent)]
    assert set(seen[-at_least:]) <= set(known) <= set(seen)
    assert len(known) <= 2 * at_least


def test_what_nobody_looks_up_is_forgotten_as_others_come(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr("fondaco.kit.recent.monotonic", lambda: now[0])
    recent = Recent(100, seconds=600)
    for number in range(5):
        recent.add(bytes([number]))
    now[0] += 599
    recent.add(b"last")
    now[0] += 1
    assert b"\0" in recent  # nothing new came, so nothing had to go
    recent.add(b"new")
    now[0] += 599
    assert b"\1" in recent
    assert b"last" in recent
    now[0] += 1
    recent.add(b"newer")
    assert _frozen(recent) == {b"\1", b"last", b"new", b"newer"}
    now[0] += 600
    recent.add(b"newest")
    assert _frozen(recent) == {b"newer", b"newest"}


def _frozen(recent: Recent) -> set[bytes]:
    # Looking anything up would keep it.
    return recent._new | recent._old
