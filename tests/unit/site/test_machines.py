"""Drawn machines: every state and step of the real tables is in the drawing, and nothing else."""

from __future__ import annotations

from itertools import product

import pytest

from fondaco.catalog.labels import STATUSES
from fondaco.catalog.states import Track
from fondaco.catalog.steps import ACTORS, MACHINES, Acts, who_is_next, who_takes
from fondaco.surfaces.site.machines import Box, Drawing, Picture, draw_machine


def draw(track: Track, current: str) -> Drawing:
    return draw_machine(MACHINES[track], current, labels=STATUSES, say=lambda one, to: who_takes(one, to)[1])


CELLS = [(track, state.value) for track in Track for state in MACHINES[track].states]


def edges(track: Track) -> set[tuple[str, str]]:
    table = MACHINES[track].table
    return {(str(STATUSES[one]), str(STATUSES[to])) for one in table for to in table[one]}


@pytest.mark.parametrize(("track", "current"), CELLS)
def test_all_states_and_steps_are_drawn_and_the_place_is_marked(track: Track, current: str) -> None:
    drawing = draw(track, current)
    assert {(step.current, step.to) for step in drawing.steps} == edges(track)
    assert drawing.now == STATUSES[current]
    for picture in (drawing.lying, drawing.standing):
        assert {box.state for box in picture.boxes} == {state.value for state in MACHINES[track].states}
        assert [box.state for box in picture.boxes if box.is_current] == [current]
        assert len(picture.arrows) == len(edges(track))
        assert sum(arrow.is_open for arrow in picture.arrows) == len(MACHINES[track].table[current])


@pytest.mark.parametrize("track", Track)
def test_boxes_keep_apart_and_arrows_end_at_them(track: Track) -> None:
    drawing = draw(track, "draft")
    for picture in (drawing.lying, drawing.standing):
        for one, other in product(picture.boxes, repeat=2):
            assert one is other or not overlap(one, other)
        assert all(box.x >= 0 and box.x + box.width <= picture.width for box in picture.boxes)
        assert all(box.y >= 0 and box.y + box.height <= picture.height for box in picture.boxes)
        assert [
            arrow.head for arrow in picture.arrows if not any(touches(arrow.head, box) for box in picture.boxes)
        ] == []
        assert not crossing(picture)
    assert drawing.standing.width < 320 < drawing.lying.width


def overlap(one: Box, other: Box) -> bool:
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


def touches(head: str, box: Box) -> bool:
    x, y = map(float, head.split(" ", maxsplit=1)[0].split(","))
    return box.x <= x <= box.x + box.width and box.y <= y <= box.y + box.height


def crossing(picture: Picture) -> bool:
    """Whether an arrow's line runs through the middle of a box."""
    points = [
        tuple(map(float, part.strip("ML ").split(" "))) for arrow in picture.arrows for part in arrow.path.split(" L")
    ]
    middles = {(box.x + box.width / 2, box.y + box.height / 2) for box in picture.boxes}
    return bool(middles & set(points))


@pytest.mark.parametrize(("track", "state"), CELLS)
def test_everybody_knows_whose_turn_it_is(track: Track, state: str) -> None:
    expected = {
        "draft": Acts.PARTNER,
        "rejected": Acts.PARTNER,
        "in_review": Acts.REVIEWER,
        "approved": Acts.PARTNER if track == Track.TECHNICAL else Acts.HOUSE,
    }
    assert who_is_next(MACHINES[track], state) == expected.get(state)
    assert set(ACTORS) == set(Acts)
