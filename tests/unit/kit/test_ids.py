import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fondaco.kit import ids


def test_new_ids_are_plain_version_7_and_sort_by_their_making() -> None:
    made = [ids.new_id() for _ in range(1000)]
    assert {type(each) for each in made} == {uuid.UUID}
    assert {each.version for each in made} == {7}
    assert made == sorted(set(made))


@given(st.uuids())
def test_the_wire_form_reads_back(value: uuid.UUID) -> None:
    assert len(ids.wire(value)) == 32
    assert ids.parse_wire(ids.wire(value)) == value


@pytest.mark.parametrize(
    "text", ["", "a" * 31, "a" * 33, "A" * 32, "g" * 32, str(uuid.UUID(int=1)), "a" * 32 + "\n", None, 7, "ª" * 32]
)
def test_anything_else_is_no_wire_id(text: object) -> None:
    assert ids.parse_wire(text) is None


def test_short_ids_sort_by_second_and_do_not_repeat() -> None:
    made = [ids.new_short_id() for _ in range(1000)]
    assert len(set(made)) == 1000
    assert all(ids.is_short_id(each) for each in made)
    seconds = [int(each[:8], 16) for each in made]
    assert seconds == sorted(seconds)


@pytest.mark.parametrize("text", ["", "a" * 23, "a" * 25, "A" * 24, "z" * 24, "a" * 24 + "\n", None])
def test_anything_else_is_no_short_id(text: object) -> None:
    assert not ids.is_short_id(text)


@pytest.mark.parametrize(
    ("text", "slug"),
    [("Voice Analytics", "voice-analytics"), ("  Café – Übersicht! ", "cafe-ubersicht"), ("a--b__c", "a-b-c")],
)
def test_slugs(text: str, slug: str) -> None:
    assert ids.new_slug(text) == slug


@given(st.text())
def test_a_slug_is_never_empty_nor_odd(text: str) -> None:
    slug = ids.new_slug(text)
    assert 1 <= len(slug) <= 50
    assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert not slug.startswith("-")
    assert not slug.endswith("-")
