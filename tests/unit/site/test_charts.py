"""The geometry of charts."""

from __future__ import annotations

import pytest

from fondaco.surfaces.site.charts import bar_chart, line_chart


@pytest.mark.parametrize(
    ("highest", "top"),
    [
        (0, "2"),  # of things that are counted there is no half
        (1, "2"),
        (5, "6"),
        (11, "20"),
        (0.9, "1"),
        (7, "8"),
        (9, "10"),
        (610, "800"),
        (1284, "1,500"),
        (0.3, "0.3"),
        (0.04, "0"),
        (99999, "100,000"),
    ],
)
def test_the_scale_ends_at_a_round_number(highest: float, top: str) -> None:
    assert bar_chart([("x", highest)]).rules[-1].text == top


def test_bars_grow_from_the_ground() -> None:
    chart = bar_chart([("Mon", 50), ("Tue", 100), ("Wed", 0)], " ms")
    ground = chart.rules[0].y
    assert [round(mark.y + mark.height, 1) for mark in chart.marks] == [ground] * 3
    assert [mark.height for mark in chart.marks] == [80.0, 160.0, 0.0]
    assert [mark.cells for mark in chart.marks] == [("Mon", "50 ms"), ("Tue", "100 ms"), ("Wed", "0 ms")]
    assert chart.path == ""


def test_a_line_goes_through_every_point_and_labels_some() -> None:
    chart = line_chart([(str(day), day) for day in range(23)])
    assert chart.path.count(" L") == 22
    assert [mark.label for mark in chart.marks if mark.is_labelled] == ["0", "3", "6", "9", "12", "15", "18", "21"]
    assert [mark.label for mark in chart.marks if mark.is_labelled and not mark.is_spare] == ["0", "9", "18"]


def test_no_points_is_an_empty_drawing() -> None:
    assert line_chart([]).path == ""
    assert bar_chart([]).marks == []
