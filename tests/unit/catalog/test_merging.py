"""Two people changed one form: whose change is whose."""

from __future__ import annotations

import pytest

from fondaco.catalog.merging import Difference, Side, differences, fingerprints, merge, normal

BASE = {"summary": ["Invoices"], "scopes": ["users:read"], "reason-users:read": ["to greet"], "by_hand": []}


def test_what_is_meant_is_the_same_however_it_was_sent() -> None:
    sent = {"summary": [" Invoices\r\nin the call "], "scopes": ["users:read", "account:read"], "empty": ["  "]}
    meant = {"scopes": ["account:read", "users:read"], "summary": ["Invoices\nin the call"]}
    assert normal(sent) == meant
    assert normal(meant) == meant


def test_a_reason_counts_only_with_its_scope() -> None:
    assert "reason-users:read" in normal(BASE)
    assert "reason-users:read" not in normal({**BASE, "scopes": []})


@pytest.mark.parametrize(
    ("mine", "theirs", "suggested"),
    [
        (["Invoices"], ["Payments"], Side.THEIRS),
        (["Orders"], ["Invoices"], Side.MINE),
        (["Orders"], ["Payments"], None),
        ([""], ["Payments"], None),
        (["Invoices"], [], Side.THEIRS),
    ],
)
def test_who_changed_a_field_is_known(mine: list[str], theirs: list[str], suggested: Side | None) -> None:
    found = differences(fingerprints(BASE), {**BASE, "summary": mine}, {**BASE, "summary": theirs})
    assert found == [Difference("summary", [text for text in mine if text], theirs, suggested)]


def test_the_same_on_both_sides_is_no_difference() -> None:
    both = {**BASE, "summary": ["Payments"]}
    assert differences(fingerprints(BASE), both, both) == []
    assert differences({}, BASE, BASE) == []


def test_without_a_base_every_difference_is_asked_about() -> None:
    assert [each.suggested for each in differences({}, BASE, {**BASE, "summary": ["Payments"]})] == [None]


def test_merging_takes_theirs_only_where_that_was_chosen() -> None:
    theirs = {"summary": ["Payments"], "scopes": []}
    chosen = {"summary": Side.THEIRS, "scopes": Side.MINE, "by_hand": Side.THEIRS}
    assert merge(BASE, theirs, chosen) == {**BASE, "summary": ["Payments"], "by_hand": []}
