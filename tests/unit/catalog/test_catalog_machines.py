"""Every cell of both tracks' tables, and what may be edited."""

from __future__ import annotations

from itertools import product

import pytest

from fondaco.catalog.states import EDITABLE, LISTING, TECHNICAL, ListingStatus, TechnicalStatus

TECHNICAL_STEPS = {
    ("draft", "in_review"),
    ("in_review", "draft"),
    ("in_review", "approved"),
    ("in_review", "rejected"),
    ("rejected", "in_review"),
    ("approved", "available"),
    ("available", "deprecated"),
}
LISTING_STEPS = {
    ("draft", "in_review"),
    ("in_review", "draft"),
    ("in_review", "approved"),
    ("in_review", "rejected"),
    ("rejected", "in_review"),
    ("approved", "advertised"),
    ("advertised", "deprecated"),
}


@pytest.mark.parametrize(("current", "to"), list(product(TechnicalStatus, repeat=2)))
def test_technical_table(current: TechnicalStatus, to: TechnicalStatus) -> None:
    assert TECHNICAL.allows(current, to) is ((current.value, to.value) in TECHNICAL_STEPS)


@pytest.mark.parametrize(("current", "to"), list(product(ListingStatus, repeat=2)))
def test_listing_table(current: ListingStatus, to: ListingStatus) -> None:
    assert LISTING.allows(current, to) is ((current.value, to.value) in LISTING_STEPS)


def test_every_state_that_can_be_entered_is_a_fact() -> None:
    assert set(TECHNICAL.events) == set(TechnicalStatus)
    assert set(LISTING.events) == set(ListingStatus)


def test_only_drafts_and_rejected_content_may_be_edited() -> None:
    assert {"draft", "rejected"} == EDITABLE
