"""Values turned into words."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from fondaco.kit import clock
from fondaco.kit.money import Money
from fondaco.surfaces.site import words

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (None, "never"),
        (NOW, "just now"),
        (NOW - timedelta(seconds=9), "just now"),
        (NOW - timedelta(seconds=40), "40 seconds ago"),
        (NOW - timedelta(minutes=12), "12 minutes ago"),
        (NOW + timedelta(days=3), "in 3 days"),
        (NOW - timedelta(days=6, hours=23), "7 days ago"),
        (NOW - timedelta(days=8), "15 November"),
        (NOW + timedelta(days=60), "22 January 2027"),
    ],
)
def test_ago(moment: datetime | None, text: str) -> None:
    with clock.freeze(NOW):
        assert words.ago(moment) == text


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (NOW + timedelta(seconds=2), "since a moment ago"),  # another clock
        (NOW, "since a moment ago"),
        (NOW - timedelta(seconds=9), "since a moment ago"),
        (NOW - timedelta(seconds=40), "for 40 seconds"),
        (NOW - timedelta(hours=8), "for 8 hours"),
        (NOW - timedelta(days=2), "for 2 days"),
        (NOW - timedelta(days=8), "since 15 November"),
        (NOW - timedelta(days=400), "since 19 October 2025"),
    ],
)
def test_since(moment: datetime, text: str) -> None:
    with clock.freeze(NOW):
        assert words.since(moment) == text


def test_dates_and_moments() -> None:
    with clock.freeze(NOW):
        assert words.day(date(2026, 12, 1)) == "1 December"
        assert words.day(date(2025, 12, 1)) == "1 December 2025"
        assert words.day(None) == words.moment(None) == "never"
        assert words.moment(NOW) == "23 November 2026, 12:00"
        assert words.iso(NOW) == "2026-11-23T12:00:00+00:00"


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(milliseconds=1), "1 millisecond"),
        (timedelta(milliseconds=118), "118 milliseconds"),
        (timedelta(seconds=2), "2 seconds"),
        (timedelta(days=7), "7 days"),
    ],
)
def test_lasting(length: timedelta, text: str) -> None:
    assert words.lasting(length) == text


def test_amounts_and_numbers() -> None:
    assert words.money(None) == "–"
    assert words.money(Money(1800)) == "$18.00"
    assert words.money(Money(1800), cents=False) == "$18"
    assert words.number(12480) == "12,480"
    assert words.percent(1, 3) == "33.3\N{NO-BREAK SPACE}%"
    assert words.percent(1, 0) == "–"


@pytest.mark.parametrize(("name", "text"), [("Ana Prado", "AP"), ("Ana", "A"), ("ana de la prado", "AP"), ("", "?")])
def test_initials(name: str, text: str) -> None:
    assert words.initials(name) == text


def test_a_name_keeps_its_hue() -> None:
    assert words.hue("Ledgerline") == words.hue("Ledgerline")
    assert {words.hue(f"App {number}") for number in range(100)} == set(range(8))


def test_markdown_keeps_the_plain_parts() -> None:
    assert words.markdown("**One** and [two](https://example.com)") == (
        '<p><strong>One</strong> and <a href="https://example.com" rel="nofollow noopener noreferrer ugc">two</a></p>\n'
    )


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        '<img src=x onerror="alert(1)">',
        "<a href='javascript:alert(1)'>x</a>",
        "[x](data:text/html,<script>alert(1)</script>)",
        "![x](javascript:alert(1))",
    ],
)
def test_markdown_lets_nothing_act(text: str) -> None:
    html = words.markdown(text)
    assert "<script" not in html
    assert "<img" not in html
    assert "<a href" not in html
