"""What is accepted as a picture, and what is kept of it."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from PIL import Image
from pytest_django import Settings
from tests.factories.catalog import picture

from fondaco.catalog.errors import BadImage
from fondaco.catalog.images import Crop, store_icon, store_screenshot


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def bomb(width: int, height: int) -> bytes:
    """A small PNG whose header promises more pixels than any memory holds."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 1_000_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def stored(key: str) -> Image.Image:
    with default_storage.open(key) as file:
        return Image.open(BytesIO(file.read()))


@pytest.mark.parametrize(("side", "kept"), [(256, 256), (512, 512), (1024, 512)])
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_icons_become_square_pngs(side: int, kept: int, kind: str) -> None:
    key = store_icon(picture(side, side, kind=kind))
    icon = stored(key)
    assert key.startswith("icons/")
    assert (icon.format, icon.size) == ("PNG", (kept, kept))


def test_the_same_picture_is_stored_once(media: Path) -> None:
    assert store_icon(picture()) == store_icon(picture())
    assert len(list(media.rglob("*.png"))) == 1


@pytest.mark.parametrize(("alpha", "mode"), [(255, "RGB"), (254, "RGBA")])
def test_only_what_can_be_seen_through_keeps_its_fourth_channel(alpha: int, mode: str) -> None:
    buffer = BytesIO()
    image = Image.new("RGBA", (256, 256), (10, 20, 30, 255))
    image.putpixel((5, 5), (10, 20, 30, alpha))
    image.save(buffer, "PNG")
    kept = stored(store_icon(buffer.getvalue()))
    assert (kept.mode, kept.convert("RGBA").getpixel((5, 5))) == (mode, (10, 20, 30, alpha))


def test_nothing_but_pixels_is_kept() -> None:
    buffer = BytesIO()
    image = Image.new("RGB", (800, 600), "white")
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    image.save(buffer, "JPEG", exif=exif)
    key = store_screenshot(buffer.getvalue() + b"<script>alert(1)</script>")
    with default_storage.open(key) as file:
        data = file.read()
    assert b"secret place" not in data
    assert b"<script>" not in data


def test_large_screenshots_are_made_smaller() -> None:
    assert stored(store_screenshot(picture(3200, 2000, kind="JPEG"))).size == (1600, 1000)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", "Choose a picture."),
        (b"GIF89a" + b"\0" * 100, "This is not a PNG, JPEG or SVG picture, or it is damaged."),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "This is not a PNG, JPEG or SVG picture, or it is damaged."),
        (picture(512, 512)[:400], "This is not a PNG, JPEG or SVG picture, or it is damaged."),
        (b"\0" * (1024 * 1024 + 1), "Use at most 1 MiB."),
        (picture(512, 200), "The icon must be 256 to 1024 pixels wide; this is 200."),
        (picture(255, 255), "The icon must be 256 to 1024 pixels wide; this is 255."),
        (picture(1025, 1025), "The icon must be 256 to 1024 pixels wide; this is 1025."),
        (bomb(5000, 5000), "Use at most 4096 pixels on a side; this is 5000 × 5000."),
        (bomb(60_000, 60_000), "This is not a PNG, JPEG or SVG picture, or it is damaged."),
    ],
    ids=["none", "gif", "fake", "torn", "heavy", "oblong", "small", "large", "larger-than-said", "bomb"],
)
def test_refused_icons(data: bytes, error: str, media: Path) -> None:
    with pytest.raises(BadImage) as refusal:
        store_icon(data)
    assert refusal.value.fields == {"icon": [error]}
    assert list(media.rglob("*.*")) == []


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (picture(639, 400), "Use at least 640 × 360 pixels; this is 639 × 400."),
        (bomb(8000, 8000), "Use at most 4096 pixels on a side; this is 8000 × 8000."),
        (b"\0" * (2 * 1024 * 1024 + 1), "Use at most 2 MiB."),
    ],
)
def test_refused_screenshots(data: bytes, error: str, media: Path) -> None:
    with pytest.raises(BadImage) as refusal:
        store_screenshot(data)
    assert refusal.value.fields == {"image": [error]}
    assert list(media.rglob("*.*")) == []


def test_a_picture_that_was_stored_by_half_is_stored_again(media: Path) -> None:
    key = store_icon(picture(256, 256))
    whole = (media / key).read_bytes()
    (media / key).write_bytes(whole[:40])  # what a full disk leaves behind
    assert store_icon(picture(256, 256)) == key
    assert (media / key).read_bytes() == whole


def halves(width: int, height: int) -> bytes:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", (width, height), "red")
    image.paste("blue", (width // 2, 0, width, height))
    buffer = BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def test_an_icon_is_the_middle_unless_a_square_is_named() -> None:
    data = halves(1200, 400)
    middle, left = stored(store_icon(data)), stored(store_icon(data, Crop(0, 0, 300, 300)))
    assert (middle.size, left.size) == ((400, 400), (300, 300))
    assert [middle.convert("RGB").getpixel((place, 200)) for place in (10, 390)] == [(255, 0, 0), (0, 0, 255)]
    assert left.convert("RGB").getcolors() == [(90_000, (255, 0, 0))]


def test_a_screenshot_is_whole_unless_a_part_is_named() -> None:
    data = halves(1600, 1200)
    assert stored(store_screenshot(data)).size == (1600, 1200)
    assert stored(store_screenshot(data, Crop(0, 100, 800, 500))).convert("RGB").getcolors() == [(400_000, (255, 0, 0))]


@pytest.mark.parametrize(
    ("crop", "error"),
    [
        (Crop(-1, 0, 300, 300), "The part to keep lies outside of the picture, which has 512 × 512 pixels."),
        (Crop(300, 0, 300, 300), "The part to keep lies outside of the picture, which has 512 × 512 pixels."),
        (Crop(0, 0, 0, 0), "The part to keep lies outside of the picture, which has 512 × 512 pixels."),
        (Crop(0, 0, 300, 290), "The icon must be square; this part is 300 × 290 pixels."),
        (Crop(0, 0, 255, 255), "The icon must be 256 to 1024 pixels wide; this is 255."),
    ],
)
def test_a_part_that_cannot_be_kept_is_refused(crop: Crop, error: str, media: Path) -> None:
    with pytest.raises(BadImage) as refusal:
        store_icon(picture(), crop)
    assert refusal.value.fields == {"icon": [error]}
    assert list(media.rglob("*.*")) == []
