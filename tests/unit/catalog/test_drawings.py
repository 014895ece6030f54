"""SVG icons become pixels; what acts, reaches out or explodes is refused before anything is stored."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from PIL import Image
from pytest_django import Settings

from fondaco.catalog.errors import BadImage
from fondaco.catalog.images import Crop, store_icon, store_screenshot

HEAD = '<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/a.dtd">'
OPEN = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 200 100">'
GOOD = f"""{HEAD}<!-- drawn by a program -->{OPEN}
<title>A sign</title><metadata><x xmlns="urn:x">author</x></metadata>
<style>.ground {{ fill: url(#warm) }}</style>
<defs><linearGradient id="warm"><stop offset="0" stop-color="#a33"/><stop stop-color="#a33"/></linearGradient>
<rect id="left" width="100" height="100" fill="#36c"/></defs>
<rect class="ground" width="200" height="100"/><use xlink:href="#left"/>
</svg>""".encode()


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def stored(key: str) -> Image.Image:
    with default_storage.open(key) as file:
        picture = Image.open(file)
        picture.load()
        return picture


def test_it_is_drawn_and_kept_as_pixels() -> None:
    key = store_icon(GOOD)
    picture = stored(key)
    assert (key.endswith(".png"), picture.format, picture.size) == (True, "PNG", (512, 512))
    assert (picture.getpixel((100, 256)), picture.getpixel((400, 256))) == ((51, 102, 204), (170, 51, 51))
    right = stored(store_icon(GOOD, Crop(512, 0, 512, 512)))
    assert right.getpixel((5, 5)) == (170, 51, 51)


def bomb() -> str:
    """Twelve to the power of eight rectangles in two KiB."""
    levels = "".join(f'<g id="l{n}">' + f'<use href="#l{n - 1}"/>' * 12 + "</g>" for n in range(1, 9))
    return f'{OPEN}<defs><rect id="l0" width="1" height="1"/>{levels}</defs><use href="#l8"/></svg>'


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    ("drawing", "words"),
    [
        (f"{OPEN}<rect>", "This SVG is damaged"),
        ("<svg/>", "This is not an SVG drawing."),
        (f'<!DOCTYPE svg [<!ENTITY l0 "ha">{LAUGHS}]>{OPEN}<desc>&l9;</desc></svg>', "Leave out entities"),
        (f'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>{OPEN}<desc>&x;</desc></svg>', "Leave out entities"),
        (f"{OPEN}<script>alert(1)</script></svg>", "Leave out <script>"),
        (f"{OPEN}<foreignObject><p xmlns='x'/></foreignObject></svg>", "Leave out <foreignObject>"),
        (f'{OPEN}<rect onclick="alert(1)"/></svg>', "Leave out scripts: <rect> has onclick."),
        (f"{OPEN}<animate/></svg>", "Leave out <animate>"),
        (f'{OPEN}<use href="https://a.example/b.svg#c"/></svg>', "Refer to nothing outside of the drawing: https://a"),
        (f'{OPEN}<use xlink:href="file:///etc/passwd"/></svg>', "Refer to nothing outside of the drawing: file:///"),
        (f'{OPEN}<rect fill="url(http://a.example/x)"/></svg>', "Refer to nothing outside of the drawing: http://a"),
        (f"""{OPEN}<rect style="fill:url( 'http://a.example' )"/></svg>""", "Refer to nothing outside of the drawing"),
        (f"{OPEN}<style>@import 'https://a.example/x.css';</style></svg>", "not plain style in <style>"),
        (f"{OPEN}<style>a{{b:u\\72l(http://a.example)}}</style></svg>", "not plain style in <style>"),
        (f'{OPEN}<image href="data:image/png;base64,AA"/></svg>', "Leave out embedded pictures"),
        (f"{OPEN}<text>Name</text></svg>", "Turn text into paths"),
        (OPEN + "<g>" * 100 + "</g>" * 100 + "</svg>", "nested at most 64 deep"),
        (OPEN + "<g/>" * 10_001 + "</svg>", "Use at most 10000 elements"),
        (bomb(), "cannot be drawn, or takes too long"),
        ('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="90000"><g/></svg>', "cannot be drawn, or takes"),
    ],
)  # fmt: skip
def test_what_does_more_than_draw_is_refused(drawing: str, words: str, media: Path) -> None:
    with pytest.raises(BadImage) as refusal:
        store_icon(drawing.encode())
    ((told,),) = refusal.value.fields.values()
    assert words in told
    assert list(media.rglob("*.*")) == []


def test_screenshots_are_no_drawings(media: Path) -> None:
    with pytest.raises(BadImage):
        store_screenshot(GOOD)
    assert list(media.rglob("*.*")) == []
