"""``fondaco.toml``: what is read is what was written, and whatever is wrong has a line and a way out."""

from __future__ import annotations

import json
import os
import re
import struct
import tomllib
import zlib
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from fondaco.catalog.content import AppDetails, ListingFields, TechnicalFields
from fondaco.catalog.models import App, ListingContent, Plan, Screenshot, TechnicalContent
from fondaco.cli.manifest import Manifest, ManifestRefused, open_project
from fondaco.cli.manifest.content import APP_FIELDS, LISTING_FIELDS, TECHNICAL_FIELDS
from fondaco.cli.manifest.schema import make_schema
from fondaco.cli.manifest.writing import write_manifest
from fondaco.cli.project.template import make_template

ROOT = Path(__file__).resolve().parents[3]
ADDRESS = "Use an address that begins with https:// (http only for this very machine)."
SMALLEST = """\
[app]
slug = "hello"
name = "Hello"
icon = "icon.png"

[version]
name = "1.0.0"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Image.new("RGB", (256, 256), (10, 140, 100)).save(tmp_path / "icon.png")
    return tmp_path


def problems(folder: Path, text: str | bytes) -> list[str]:
    """What is wrong with a file of this content."""
    (folder / "fondaco.toml").write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(ManifestRefused) as refused:
        open_project(folder)
    return [str(problem) for problem in refused.value.problems]


def test_the_smallest_file_speaks_of_the_app_alone(folder: Path) -> None:
    (folder / "fondaco.toml").write_text(SMALLEST)
    content = open_project(folder).content
    assert (content.version_name, content.technical, content.listing, content.plans) == ("1.0.0", None, None, None)
    assert content.app == {name: {"slug": "hello", "name": "Hello"}.get(name, "") for name in APP_FIELDS}


def test_the_example_and_the_template_are_right() -> None:
    project = open_project(ROOT / "examples" / "hello_partner")
    assert jsonschema_rs.is_valid(make_schema(), project.manifest.model_dump(mode="json", exclude_none=True))
    text = make_template("Call Notes!", schema="https://apps.example.com/schemas/fondaco.toml/v1.json")
    assert 'slug = "call-notes"\nname = "Call notes"\n' in text
    Manifest.model_validate(tomllib.loads(text))
    offered = re.sub(r"^# (?=\[|\w+ = )", "", text, flags=re.MULTILINE).replace('description = ""  ', "# ")
    manifest = Manifest.model_validate(tomllib.loads(offered.replace("\n#\n", "\n")))
    assert [plan.meter.cap for plan in manifest.plans or [] if plan.meter] == ["100.00"]


def test_every_problem_has_its_line_and_the_nearest_known_key(folder: Path) -> None:
    text = (
        SMALLEST.replace('name = "Hello"', 'nam = "Hello"')
        + """
[technical]
redirect_urls = [
  "https://a.example/cb",
  "http://b.example/cb",   # ] not the end
]
release_notes = \"\"\"
[listing]
standalone_url = 3
\"\"\"
standalone_url = 3
receives_user_logout = "yes"

[[technical.scopes]]
name = "users:read"

[[technical.scopes]]
name = "contacts:write"
reson = "because"

[[plans]]
name = "Team"
price = 18.0

[[plans]]
name = "Office"
price = "18.005"
currency = "EUR"
min_licences = 5
max_licences = 2

[plans.meter]
unit = "minute"
price = "0"
"""
    )
    assert problems(folder, text) == [
        "fondaco.toml:1: app.name: This is required.",
        "fondaco.toml:3: app.nam: There is no such key. Did you mean “name”?",
        f"fondaco.toml:10: technical.redirect_urls.2: {ADDRESS}",
        "fondaco.toml:18: technical.standalone_url: This must be text.",
        "fondaco.toml:19: technical.receives_user_logout: This must be true or false.",
        "fondaco.toml:26: technical.scopes.2.reson: There is no such key. Did you mean “reason”?",
        'fondaco.toml:30: plans.1.price: Write the amount as text, so that nothing is rounded: "18.0".',
        "fondaco.toml:34: plans.2.price: This does not have the right form: ^[0-9]{1,13}(\\.[0-9]{1,2})?$",
        "fondaco.toml:35: plans.2.currency: Prices are in USD.",
        "fondaco.toml:41: plans.2.meter.price: Use a price above 0 and up to 10,000.",
    ]


@pytest.mark.parametrize(
    ("addition", "found"),
    [
        ("[listing]\nsummary = 'x'\nsummary = 'y'", "11: This is not TOML: Cannot overwrite a value."),
        ('[listing]\nsummary = "a\\u0007b"', "10: listing.summary: This contains characters that cannot be shown."),
        ('[listing]\nsummary = "a\\nb"', "10: listing.summary: Use one line."),
        (
            "[listing]\ndescription = 'x'\ndescription_file = 'y.md'",
            "9: listing: Use description or description_file, not both.",
        ),
        ("[listing]\ndescription_file = 'y.md'", "10: listing.description_file: y.md: There is no such file."),
        ("[listing]\ncategories = ['a', 'b', 'c', 'd']", "10: listing.categories: Use at most 3; these are 4."),
        ("[listing]\ncategories = ['a', 'a']", "9: listing: The category “a” is there twice."),
        (
            "[listing]\nsupport_email = 'me'",
            "10: listing.support_email: Write an e-mail address like support@company.example.",
        ),
        (
            "[technical]\ntest_credentials = 'secret'",
            "10: technical.test_credentials: There is no such key. Did you mean “test_credentials_env”?",
        ),
        (
            "[technical]\nevents_callback_url = 'https://me:you@a.example'",
            "10: technical.events_callback_url: Write a host, and neither user name nor password.",
        ),
        (
            "[technical]\nevents_callback_url = 'https://a.example:99999/'",
            "10: technical.events_callback_url: This is no address.",
        ),
        ("plans = 3", "9: version.plans: There is no such key. Known here: name."),
        ("[[plans]]\nname = 'A'\nprice = '1'\n[[plans]]\nname = 'a'\nprice = '2'", " The plan “a” is there twice."),
        ("[[plans]]\nname = 'A'\nprice = '10000000.01'", "11: plans.1.price: Use an amount up to 10,000,000."),
        ("[[plans]]\nname = 'A'\nprice = '1'\nmin_licences = 0", "12: plans.1.min_licences: Use a number from 1."),
        (
            "[[plans]]\nname = 'A'\nprice = '1'\nmin_licences = true",
            "12: plans.1.min_licences: This must be a whole number.",
        ),
        (
            "[[plans]]\nname = 'A'\nprice = '1'\nmodel = 'per_moon'",
            "12: plans.1.model: Use one of 'per_seat' or 'per_account'.",
        ),
        (
            "[[plans]]\nname = 'A'\nprice = '1'\nmin_licences = 3\nmax_licences = 2",
            "9: plans.1: max_licences is less than min_licences.",
        ),
        ("[plan]\nname = 'A'", "9: plan: There is no such key. Did you mean “plans”?"),
        ("[[listing]]\nsummary = 'x'", "9: listing: This must be a table."),
    ],
)
def test_bad_values(folder: Path, addition: str, found: str) -> None:
    assert problems(folder, f"{SMALLEST}\n{addition}\n") == [f"fondaco.toml:{found}"]


def test_text_that_is_too_long_says_how_much(folder: Path) -> None:
    told = "fondaco.toml:10: listing.summary: Use at most 140 characters; these are 141."
    assert problems(folder, f"{SMALLEST}\n[listing]\nsummary = '{'x' * 141}'\n") == [told]


def test_bad_files(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ManifestRefused, match=r"fondaco\.toml: There is no such file\."):
        open_project(folder)
    assert problems(folder, SMALLEST.replace("Hello", "H\udce9llo").encode("utf-8", "surrogateescape")) == [
        "fondaco.toml:3: This is not UTF-8. Save the file as UTF-8."
    ]
    assert problems(folder, SMALLEST + "#" * 300_000) == [f"{folder}/fondaco.toml: Use at most 256 KiB."]
    assert problems(folder, "a = " + "[" * 5000) == ["fondaco.toml: This is nested too deeply."]
    (folder / "fondaco.toml").write_text("\ufeff" + SMALLEST.replace("\n", "\r\n"))
    assert open_project(folder).manifest.app.name == "Hello"
    (folder / "fondaco.toml").unlink()
    (folder / "fondaco.toml").symlink_to("/etc/hostname")
    with pytest.raises(ManifestRefused, match="This lies outside the folder"):
        open_project(folder)


def test_bad_pictures(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "icon.png"
    (folder / "icon.png").rename(outside)
    named = "fondaco.toml:4: app.icon: {}: {}"
    assert problems(folder, SMALLEST) == [named.format("icon.png", "There is no such file.")]
    (folder / "icon.png").symlink_to(outside)
    told = "This lies outside the folder. Name a file inside it."
    assert problems(folder, SMALLEST) == [named.format("icon.png", told)]
    (folder / "icon.png").unlink()
    for path in ("../outside0/icon.png", str(outside)):
        assert problems(folder, SMALLEST.replace("icon.png", path))[0].startswith("fondaco.toml:4: app.icon")
    (folder / "icon.png").mkdir()
    assert problems(folder, SMALLEST) == [named.format("icon.png", "This is not a file.")]
    (folder / "icon.png").rmdir()
    os.mkfifo(folder / "icon.png")
    assert problems(folder, SMALLEST) == [named.format("icon.png", "This is not a file.")]
    (folder / "icon.png").unlink()
    for data, words in (
        (b"<html/>", "This is not a PNG, JPEG or SVG picture, or it is damaged."),
        (b"x" * (1024 * 1024 + 1), "Use at most 1024 KiB."),
        (bomb(1024, 30_000), "Use at most 1024 pixels on a side; this is 1024 × 30000."),
        (bomb(300_000, 300_000), "This picture is far too large when it is unpacked."),
        (bomb(300, 256), "The icon must be square; this is 300 × 256 pixels."),
        (bomb(128, 128), "Use at least 256 × 256 pixels; this is 128 × 128."),
    ):
        (folder / "icon.png").write_bytes(data)
        assert problems(folder, SMALLEST) == [named.format("icon.png", words)]


def bomb(width: int, height: int) -> bytes:
    """A small PNG that says it is this large."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=140)
_URLS = st.sampled_from(["", "https://a.example/x?y=1", "http://127.0.0.1:8100/cb"])


@st.composite
def _data(draw: st.DrawFn) -> dict[str, Any]:
    """Data of any shape that the models may accept."""
    prices = st.decimals("0", "10000000", places=2).map(str)
    unit_prices = st.decimals("0.000001", "10000", places=6).map(lambda value: f"{value:f}")
    meter = st.none() | st.fixed_dictionaries(
        {"unit": st.just("transcribed “minute”"), "price": unit_prices, "included": st.integers(0, 10**9)},
        optional={"cap": st.just("12.5")},
    )
    plans = st.fixed_dictionaries(
        {"price": prices, "description": _TEXT, "max_licences": st.none() | st.integers(1, 100_000), "meter": meter}
    )
    scopes = draw(st.lists(st.sampled_from(["a:read", "b:write", 'c"\\']), unique=True))
    return {
        "app": {
            "slug": "hello-you",
            "name": "Hello\\ “you”",
            "icon": "a b.png",
            "contacts": {"support": "a@b.example"},
        },
        "version": {"name": "1.0.0+b-2"},
        "technical": draw(
            st.none()
            | st.fixed_dictionaries(
                {"standalone_url": _URLS, "release_notes": _TEXT, "receives_user_logout": st.booleans()},
                optional={
                    "test_credentials_env": st.just("A_B"),
                    "redirect_urls": st.just(["https://a.example/#"[:-1]]),
                },
            ).map(lambda part: {**part, "scopes": [{"name": name, "reason": "so"} for name in scopes]})
        ),
        "listing": draw(
            st.none()
            | st.fixed_dictionaries(
                {
                    "summary": st.text("ab “”\"'\\#=[]é✓", max_size=140),
                    "description": _TEXT,
                    "categories": st.lists(st.sampled_from(["a", "b", "c"]), unique=True),
                    "screenshots": st.lists(st.just({"path": "x/y.png", "alternative_text": 'A "b" c'}), max_size=8),
                }
            )
        ),
        "plans": draw(st.none() | st.lists(plans, max_size=3).map(_named)),
    }


def _named(plans: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"name": f"Plan {number}", **plan} for number, plan in enumerate(plans)]


@given(_data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_written_is_what_is_read(tmp_path: Path, data: dict[str, Any]) -> None:
    try:
        manifest = Manifest.model_validate(data)
    except ValueError:  # characters that cannot be shown
        return
    text = write_manifest(manifest, schema="https://a.example/s.json")
    assert Manifest.model_validate(tomllib.loads(text)) == manifest
    assert write_manifest(manifest, schema="https://a.example/s.json") == text
    assert jsonschema_rs.is_valid(make_schema(), json.loads(manifest.model_dump_json(exclude_none=True)))


def test_limits_are_those_of_the_house() -> None:
    """The house judges for itself; the file must not be stricter nor laxer where both can know."""
    schema = make_schema()["$defs"]

    def limits(part: str, names: dict[str, str]) -> dict[str, int]:
        return {ours: schema[part]["properties"][name]["maxLength"] for name, ours in names.items()}

    def columns(model: Any, names: dict[str, str]) -> dict[str, int]:
        return {ours: model._meta.get_field(ours).max_length for ours in names.values()}

    for part, model, names in (
        ("AppPart", App, {"name": "name", "website": "website"}),
        ("TechnicalPart", TechnicalContent, _same("events_callback_url standalone_url release_notes")),
        ("ListingPart", ListingContent, _same("display_name summary description video_url privacy_url support_email")),
        ("PlanPart", Plan, _same("name summary description")),
        ("MeterPart", Plan, {"unit": "meter_unit"}),
        ("ScreenshotPart", Screenshot, _same("alternative_text")),
    ):
        assert limits(part, names) == columns(model, names)
    written = {"test_credentials", "version_name"}
    assert set(APP_FIELDS) == set(AppDetails.__dataclass_fields__)
    assert set(TECHNICAL_FIELDS) == set(TechnicalFields.__dataclass_fields__) - written
    assert set(LISTING_FIELDS) == set(ListingFields.__dataclass_fields__)


def _same(names: str) -> dict[str, str]:
    return {name: name for name in names.split()}
