from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fondaco.kit.models import Deadline, RateBucket
from fondaco.kit.pagination import BadCursor, cursor_page, numbered_page

NOW = datetime(2026, 5, 1, 12, 0, 0, 123456, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def make(subject_id: str, minute: int = 0) -> Deadline:
    due_at = NOW + timedelta(minutes=minute)
    return Deadline.objects.create(kind="k", subject_id=subject_id, due_at=due_at, try_at=due_at)


def walk(order: str, limit: int) -> list[list[str]]:
    pages, cursor = [], None
    while True:
        page = cursor_page(Deadline.objects.all(), cursor=cursor, limit=limit, order=order)
        pages.append([row.subject_id for row in page.items])
        cursor = page.next_cursor
        if cursor is None:
            return pages


def test_pages_follow_each_other_in_either_direction() -> None:
    for name in "abcde":
        make(name)
    assert walk("-id", 2) == [["e", "d"], ["c", "b"], ["a"]]
    assert walk("id", 2) == [["a", "b"], ["c", "d"], ["e"]]
    assert walk("id", 5) == [["a", "b", "c", "d", "e"]]


def test_nothing_at_all_is_one_empty_page() -> None:
    assert walk("-id", 10) == [[]]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 3), max_size=12), st.integers(1, 5), st.sampled_from(["due_at", "-due_at"]))
def test_ties_lose_and_repeat_nothing(minutes: list[int], limit: int, order: str) -> None:
    Deadline.objects.all().delete()
    for number, minute in enumerate(minutes):
        make(str(number), minute)
    expected = sorted(((minute, number) for number, minute in enumerate(minutes)), reverse=order.startswith("-"))
    assert [name for page in walk(order, limit) for name in page] == [str(number) for _minute, number in expected]


def test_rows_that_come_and_go_move_no_other() -> None:
    rows = [make(name) for name in "abcdef"]
    first = cursor_page(Deadline.objects.all(), cursor=None, limit=2)
    assert [row.subject_id for row in first.items] == ["f", "e"]
    make("g")
    rows[5].delete()  # f, on the first page
    rows[4].delete()  # e, to which the cursor points
    second = cursor_page(Deadline.objects.all(), cursor=first.next_cursor, limit=2)
    assert [row.subject_id for row in second.items] == ["d", "c"]


def test_text_keys_work_too() -> None:
    for key in ("b", "a", "c"):
        RateBucket.objects.create(key=key, full_at=NOW)
    first = cursor_page(RateBucket.objects.all(), cursor=None, limit=2, order="key")
    second = cursor_page(RateBucket.objects.all(), cursor=first.next_cursor, limit=2, order="key")
    assert [row.key for row in first.items + second.items] == ["a", "b", "c"]


def test_a_cursor_is_ours_and_for_this_list() -> None:
    for name in "abc":
        make(name)
    cursor = cursor_page(Deadline.objects.all(), cursor=None, limit=1).next_cursor
    assert cursor
    for wrong in ("nonsense", cursor[:-1], cursor + "x", "é", ":", "a:b:c"):
        with pytest.raises(BadCursor):
            cursor_page(Deadline.objects.all(), cursor=wrong, limit=1)
    with pytest.raises(BadCursor):
        cursor_page(Deadline.objects.all(), cursor=cursor, limit=1, order="id")
    with pytest.raises(BadCursor):
        cursor_page(RateBucket.objects.all(), cursor=cursor, limit=1, order="-key")


def test_limits_are_brought_into_range() -> None:
    for number in range(4):
        make(str(number))
    assert len(cursor_page(Deadline.objects.all(), cursor=None, limit=0).items) == 1
    assert len(cursor_page(Deadline.objects.all(), cursor=None, limit=99, max_limit=3).items) == 3


@pytest.mark.parametrize(
    ("page", "per_page", "items", "total_pages"),
    [(1, 2, "ab", 3), (3, 2, "e", 3), (4, 2, "", 3), (0, 2, "ab", 3), (1, 0, "a", 5), (1, 500, "abcd", 2)],
)
def test_numbered_pages(page: int, per_page: int, items: str, total_pages: int) -> None:
    for name in "abcde":
        make(name)
    found = numbered_page(Deadline.objects.order_by("id"), page, per_page, max_per_page=4)
    assert "".join(row.subject_id for row in found.items) == items
    assert (found.total, found.total_pages, found.page) == (5, total_pages, max(1, page))


def test_no_rows_are_one_page() -> None:
    found = numbered_page(Deadline.objects.order_by("id"), 1, 10)
    assert (found.items, found.total, found.total_pages) == ([], 0, 1)
