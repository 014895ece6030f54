"""What is remembered, and how much."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fondaco.kit.recent import Recent

ITEMS = st.integers(0, 9).map(lambda number: bytes([number]))


@given(at_least=st.integers(1, 5), uses=st.lists(st.tuples(st.booleans(), ITEMS), max_size=60))
def test_at_least_the_last_so_many_and_at_most_twice_as_many(at_least: int, uses: list[tuple[bool, bytes]]) -> None:
    recent, seen = Recent(at_least), list[bytes]()
    for is_added, item in uses:
        if is_added:
            recent.add(item)
        elif item not in recent:
            continue
        seen = [*(each for each in seen if each != item), item]
    known = [each for each in map(bytes, ([number] for number in range(10))) if each in _frozen(recent)]
    assert set(seen[-at_least:]) <= set(known) <= set(seen)
    assert len(known) <= 2 * at_least


def _frozen(recent: Recent) -> set[bytes]:
    # Looking anything up would keep it.
    return recent._new | recent._old
