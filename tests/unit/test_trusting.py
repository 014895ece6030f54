"""What may pass without a reviewer: the policy alone, on plain facts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from fondaco.review.trusting import ListingFacts, find_claims, find_objections

LONG = " ".join(f"word{number}" for number in range(100))
BEFORE = ListingFacts(
    name="Ledgerline",
    icon="icons/1.png",
    scopes=frozenset({"account:read"}),
    plans=frozenset({("Team", "$18 per seat and month")}),
    categories=frozenset({"payments"}),
    places=frozenset({("privacy_url", "ledgerline.example"), ("support_email", "ledgerline.example")}),
    video="",
    pictures=frozenset({"screenshots/1.png"}),
    texts=("Invoices inside the call.", LONG),
    words_of_pictures="An open invoice",
)


def test_the_same_passes() -> None:
    assert find_objections(BEFORE, BEFORE) == []


@pytest.mark.parametrize(
    "change",
    [
        {"texts": ("Invoices and payments inside the call.", LONG)},
        {"texts": ("Invoices inside the call.", LONG.replace("word7 ", "another "))},
        {"scopes": frozenset()},
        {"categories": frozenset()},
        {"pictures": frozenset()},
        {"words_of_pictures": "An open invoice beside a call"},
        {
            "texts": (
                "Invoices inside the call.",
                LONG + " and twelve new words that say a little more about what happens",
            )
        },
    ],
)
def test_small_and_narrowing_changes_pass(change: dict[str, Any]) -> None:
    assert find_objections(BEFORE, replace(BEFORE, **change)) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"scopes": frozenset({"account:read", "contacts:write"})}, "new scopes: contacts:write"),
        ({"plans": frozenset({("Team", "$19 per seat and month")})}, "plans or prices"),
        ({"plans": frozenset()}, "plans or prices"),
        ({"categories": frozenset({"payments", "ai"})}, "new categories: ai"),
        ({"name": "Ledgerline Pro"}, "Its name"),
        ({"icon": "icons/2.png"}, "Its icon"),
        (
            {"places": frozenset({("privacy_url", "evil.example"), ("support_email", "ledgerline.example")})},
            "hosts for: privacy_url",
        ),
        ({"places": frozenset({("privacy_url", "ledgerline.example")})}, "hosts for: support_email"),
        ({"video": "https://vimeo.com/1"}, "another video"),
        ({"pictures": frozenset({"screenshots/1.png", "screenshots/2.png"})}, "new pictures"),
        ({"texts": ("The best invoices inside the call.", LONG)}, "new claims: best"),
        ({"words_of_pictures": "Certified by the state"}, "new claims: certified"),
        ({"texts": ("Invoices inside the call.", LONG + " see https://else.example/x")}, "links to new places"),
        ({"texts": ("Invoices inside the call.", " ".join(reversed(LONG.split())))}, "More than 30 % of a text"),
        ({"texts": ("Invoices inside the call.", "")}, "More than 30 % of a text"),
    ],
)
def test_what_is_new_goes_to_a_person(change: dict[str, Any], words: str) -> None:
    [objection] = find_objections(BEFORE, replace(BEFORE, **change))
    assert words in objection


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("A calm tool for invoices", set()),
        ("HIPAA certified", {"hipaa", "certified"}),
        ("Ｃｅｒｔｉｆｉｅｄ", {"certified"}),
        ("cer\u200btified", {"certified"}),
        ("CERTIFIÉD", {"certified"}),
        ("The #1 app, the No 1, number one", {"#1", "no 1", "number one"}),
        ("Official partner, guaranteed", {"official", "guaranteed"}),
        ("GDPR-compliant", {"gdpr", "compliant"}),
        ("SOC 2, ISO 27001", {"soc 2", "iso 27001"}),
        ("a forbidden guardrail for bestiaries", set()),
    ],
)
def test_claims_are_found_however_they_are_written(text: str, claims: set[str]) -> None:
    assert find_claims(text) == claims


def test_a_claim_that_was_there_before_is_not_new() -> None:
    before = replace(BEFORE, texts=("The best invoices.", LONG))
    assert find_objections(before, replace(before, texts=("The best of invoices.", LONG))) == []
