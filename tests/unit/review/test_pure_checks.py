"""Each check that needs no network: it finds the bad one, with field and way to mend, and lets the good one pass."""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageFilter
from tests.factories.catalog import picture
from tests.factories.pictures import drawing
from tests.unit.review.dossiers import HOST, SHOT, TEAM, TRIAL, make_dossier

from fondaco.catalog.states import Track
from fondaco.review.checking.dossier import Dossier
from fondaco.review.checking.pictures import Picture, distance
from fondaco.review.checking.registry import Finding, Skip, all_checks, checks_of, find_check

PURE = [check for check in all_checks() if not check.is_network]


def look(check_id: str, dossier: Dossier) -> list[Finding]:
    check = find_check(check_id)
    assert check is not None
    return list(check.run(dossier))


def blurred(width: int, height: int) -> bytes:
    buffer = BytesIO()
    Image.open(BytesIO(drawing(width, height))).filter(ImageFilter.GaussianBlur(40)).save(buffer, "PNG")
    return buffer.getvalue()


def shots(*pictures: tuple[bytes, str]) -> dict[str, Any]:
    return {"screenshots": tuple(Picture("screenshots", data, text) for data, text in pictures)}


def text(field: str, words: str) -> dict[str, Any]:
    part, name = field.split(".")
    return {part: {name: words}}


LONG = "One sentence after the other tells what the app does, for whom, and why. " * 14
BAD: list[tuple[str, dict[str, Any], str, str]] = [
    ("technical-complete", {"missing": {Track.TECHNICAL: {"scopes": "Say why."}}}, "technical.scopes", "Say why."),
    ("listing-complete", {"missing": {Track.LISTING: {"plans": "Add a plan."}}}, "plans", "Add a plan."),
    ("icon-shows-something", {"icon": Picture("app.icon", picture())}, "app.icon", "one colour"),
    ("icon-sharp", {"icon": Picture("app.icon", drawing(256, 256))}, "app.icon", "256 pixels"),
    ("icon-sharp", {"icon": Picture("app.icon", blurred(512, 512))}, "app.icon", "no sharp edge"),
    ("icon-distinct", {"alike_icons": ("Tally",)}, "app.icon", "Tally"),
    ("name-distinct", {"alike_names": ("Ledger Line",)}, "app.name", "Ledger Line"),
    ("screenshots-show-something", shots((picture(1280, 800), "A wall")), "screenshots", "“A wall”"),
    ("screenshots-large", shots((drawing(640, 400), "A wall")), "screenshots", "640 × 400"),
    ("screenshots-sharp", shots((blurred(1280, 800), "A wall")), "screenshots", "blurred"),
    ("screenshots-differ", shots((SHOT, "One wall"), (SHOT, "Other wall")), "screenshots", "the same picture"),
    ("alternative-texts", shots((SHOT, "Screenshot 2")), "screenshots", "“Screenshot 2”"),
    ("alternative-texts", shots((SHOT, "shot-1.png")), "screenshots", "“shot-1.png”"),
    ("alternative-texts", shots((SHOT, "The queue"), (SHOT, "The queue")), "screenshots", "two pictures"),
    ("description-structure", text("listing.description", "Short."), "listing.description", "6 characters"),
    ("description-structure", text("listing.description", LONG), "listing.description", "without a heading"),
    ("description-structure", text("listing.description", f"# A\n\n### B\n\n{LONG}"), "listing.description", "jump"),
    ("description-links", text("listing.description", "[here](http://a.example)"), "listing.description", "http://a"),
    ("description-links", text("listing.description", "[here](javascript:x)"), "listing.description", "javascript"),
    ("platform-names", text("listing.summary", "Works with App Connect."), "listing.summary", "“App Connect”"),
    ("platform-names", text("listing.summary", "Made for fondaco."), "listing.summary", "“fondaco”"),
    ("no-secrets", text("technical.test_instructions", "password: hunter22!"), "technical.test_instructions", "secret"),
    ("no-secrets", text("listing.description", "-----BEGIN PRIVATE KEY-----"), "listing.description", "private key"),
    ("no-secrets", text("technical.release_notes", "AKIAABCDEFGHIJKLMNOP"), "technical.release_notes", "cloud"),
    ("no-secrets", text("technical.release_notes", "https://a:b@c.example"), "technical.release_notes", "web address"),
    ("addresses-secure", text("technical.standalone_url", "http://a.example"), "technical.standalone_url", "https://"),
    ("links-secure", text("listing.docs_url", "http://a.example"), "listing.docs_url", "https://"),
    ("redirects-exact", {"technical": {"redirect_urls": [f"{HOST}/*"]}}, "technical.redirect_urls", "wildcard"),
    ("redirects-exact", {"technical": {"redirect_urls": [f"{HOST}/a#b"]}}, "technical.redirect_urls", "fragment"),
    ("redirects-at-home", {"technical": {"redirect_urls": ["https://b.example/cb"]}}, "technical.redirect_urls", "b.e"),
    ("scopes-justified", {"technical": {"scope_reasons": {}}}, "technical.scopes", "contacts:write"),
    ("scopes-justified", {"technical": {"scope_reasons": {"contacts:write": "needed"}}}, "technical.scopes", "needed"),
    ("scopes-least", {"technical": {"scopes": ["contacts:write"]}}, "technical.scopes", "contacts:read"),
    ("scopes-least", {"technical": {"scopes": ["openid"]}}, "technical.scopes", "openid"),
    ("scopes-least", {"technical": {"data_fields": []}}, "technical.data_fields", "contacts:read lets the app read"),
    ("plans-trial", {"plans": (TEAM,)}, "plans", "0 trial plans"),
    ("plans-paid", {"plans": (TRIAL,)}, "plans", "no plan beside the trial"),
    ("plans-paid", {"plans": (TRIAL, TEAM | {"price_minor": 0})}, "plans", "costs nothing"),
    ("plans-sane", {"plans": (TRIAL, TEAM | {"summary": "Billed yearly"})}, "plans", "year"),
    ("plans-sane", {"plans": (TRIAL, TEAM, TEAM | {"name": "Crew"})}, "plans", "cost the same"),
    ("plans-sane", {"plans": (TRIAL, TEAM | {"min_licences": 9, "max_licences": 3})}, "plans", "than it allows"),
    (
        "plans-sane",
        {"plans": (TRIAL, TEAM | {"meter_unit": "hour", "meter_price_micros": 3_000_000, "meter_cap_minor": 200})},
        "plans",
        "cap below",
    ),
    ("contacts-given", {"app": {"security_email": ""}}, "app.security_email", "security contact"),
    ("manual-declared", text("listing.summary", "Our team sets it up with you."), "listing.summary", "Our team sets"),
    ("release-notes-given", text("technical.release_notes", ""), "technical.release_notes", "1.0.0"),
    ("test-way-given", text("technical.test_instructions", ""), "technical.test_instructions", "no test instructions"),
    ("test-way-given", text("technical.test_instructions", "Log in."), "technical.test_credentials", "log-in"),
    ("sign-out-declared", {"technical": {"receives_user_logout": False}}, "technical.receives_user_logout", "sign out"),
    ("summary-plain", text("listing.summary", "Ledgerline."), "listing.summary", "repeats the name"),
    ("summary-plain", text("listing.summary", "The best app."), "listing.summary", "“The best”"),
    ("summary-plain", text("listing.summary", "BUY THIS NOWW TODAY"), "listing.summary", "shouts"),
]  # fmt: skip


@pytest.mark.parametrize(("check_id", "change", "where", "words"), BAD)
def test_the_bad_one_is_found(check_id: str, change: dict[str, Any], where: str, words: str) -> None:
    found = look(check_id, make_dossier(**change))
    assert [one.where for one in found] == [where], found
    assert words in str(found[0].found)


@pytest.mark.parametrize("check_id", [check.id for check in PURE])
def test_the_good_one_passes(check_id: str) -> None:
    with suppress(Skip):  # of two screenshots there is only one
        assert look(check_id, make_dossier()) == []


def test_each_of_them_has_a_bad_one() -> None:
    assert {check_id for check_id, *_rest in BAD} == {check.id for check in PURE}


def test_a_secret_is_never_repeated() -> None:
    [found] = look("no-secrets", make_dossier(technical={"release_notes": "api_key = sk_live_12345678901234567890"}))
    assert "12345" not in str(found.found)


@pytest.mark.parametrize(
    "words",
    [
        "See https://fondaco.example/help.",
        "Write to help@fondaco.example.",
        "Made for Fondaco and AppConnect.",
        "recon",
    ],
)
def test_names_inside_addresses_are_left_alone(words: str) -> None:
    assert look("platform-names", make_dossier(listing={"summary": words})) == []


def test_a_picture_resembles_itself_in_another_size() -> None:
    large, small = (Picture("", drawing(side, side, seed=5)) for side in (900, 300))
    assert distance(large, small) <= 3
    assert distance(large, Picture("", drawing(seed=2))) > 8


def test_there_are_enough_checks_and_every_one_says_what_it_does() -> None:
    assert len(all_checks()) >= 25
    assert checks_of(0) == []
    for check in all_checks():
        assert check.explanation
        assert str(check.title)
        assert str(check.mend).endswith((".", "”.", "!"))
