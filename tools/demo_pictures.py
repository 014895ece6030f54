"""Draws the demo's app icons and screenshots with a browser; the result is shipped, so nobody has to run this.

    python -m tools.demo_pictures PACKAGE_FOLDER

``PACKAGE_FOLDER`` is an unpacked ``@tabler/icons`` package (its outline icons are the glyphs).
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

TARGET = Path(__file__).resolve().parent.parent / "src/fondaco/runtime/demo/pictures"

# name of the file: (glyph, upper-left colour, lower-right colour)
ICONS = {
    "northwind-crm": ("address-book", "#4263eb", "#364fc7"),
    "tempo-wfm": ("calendar-clock", "#7048e8", "#5f3dc4"),
    "whisper-qa": ("ear", "#e64980", "#a61e4d"),
    "paywave-secure": ("lock-dollar", "#0c8599", "#0b7285"),
    "signal-boards": ("chart-bar", "#f76707", "#d9480f"),
    "lingua-live": ("language", "#ae3ec9", "#862e9c"),
    "cadence-coach": ("trophy", "#f59f00", "#b26b00"),
    "ledgerline": ("receipt-dollar", "#0ca678", "#087f5b"),
    "deskbridge": ("plug-connected", "#495057", "#212529"),
    "callback-desk": ("phone-incoming", "#37b24d", "#2b8a3e"),
    "reply-robin": ("robot", "#1098ad", "#0b5f6e"),
    "queue-quest": ("headset", "#3b5bdb", "#1e3a8a"),
    "pulse-survey": ("mood-smile", "#f06595", "#c2255c"),
    "vault-notes": ("shield-check", "#2f9e44", "#1b5e2b"),
}

FRAME = """<!doctype html><style>*{margin:0;box-sizing:border-box}html,body{background:transparent}</style>%s"""
ICON = """<div style="width:512px;height:512px;display:grid;place-items:center;
  background:linear-gradient(145deg,%s,%s)">
  <svg width="300" height="300" viewBox="0 0 24 24" fill="none" stroke="#fff" stroke-width="1.6"
    stroke-linecap="round" stroke-linejoin="round">%s</svg></div>"""
SHOT = """<div style="width:1280px;height:800px;padding:64px;background:%(ground)s;font:500 28px 'Inter',sans-serif">
  <svg width="1152" height="672" viewBox="0 0 1152 672" fill="none">%(drawing)s</svg></div>"""


def glyph(package: Path, name: str) -> str:
    """The inside of one outline icon."""
    text = (package / "icons" / "outline" / f"{name}.svg").read_text(encoding="utf-8")
    return text[text.index(">", text.index("<svg")) + 1 : text.rindex("</svg>")]


def tint(colour: str, share: float) -> str:
    """``colour`` mixed with white; ``share`` is how much of it stays."""
    channels = (int(colour[index : index + 2], 16) for index in (1, 3, 5))
    return "#" + "".join(f"{round(255 - (255 - channel) * share):02x}" for channel in channels)


def bars(colour: str, dark: str) -> str:
    """A title and eleven bars that grow."""
    heights = (120, 190, 165, 250, 230, 310, 280, 380, 350, 430, 405)
    pieces = [f'<rect width="240" height="22" rx="11" fill="{tint("#212529", 0.45)}"/>']
    for index, height in enumerate(heights):
        fill = dark if index % 3 == 2 else tint(colour, 0.45 + 0.05 * index)
        pieces.append(
            f'<rect x="{index * 104}" y="{600 - height}" width="64" height="{height}" rx="10" fill="{fill}"/>'
        )
    return "".join(pieces) + f'<path d="M0 640H1152" stroke="{tint("#212529", 0.25)}" stroke-width="4"/>'


def line(colour: str, dark: str) -> str:
    """A title and a curve with an area."""
    curve = "M0 520C120 500 180 430 300 420S480 450 580 320 760 250 860 210 1040 150 1152 70"
    return (
        f'<rect width="240" height="22" rx="11" fill="{tint("#212529", 0.45)}"/>'
        f'<path d="{curve}V640H0Z" fill="{tint(colour, 0.18)}"/>'
        f'<path d="{curve}" stroke="{dark}" stroke-width="8" stroke-linecap="round"/>'
        f'<path d="M0 640H1152" stroke="{tint("#212529", 0.25)}" stroke-width="4"/>'
    )


def rows(colour: str, dark: str) -> str:
    """A list of people with a state each."""
    pieces = [f'<rect width="240" height="22" rx="11" fill="{tint("#212529", 0.45)}"/>']
    for index in range(6):
        y = 70 + index * 98
        pieces.append(f'<rect y="{y}" width="1152" height="78" rx="16" fill="#fff"/>')
        pieces.append(f'<circle cx="52" cy="{y + 39}" r="24" fill="{tint(colour, 0.35 + index * 0.1)}"/>')
        width = (300, 240, 340, 270, 320, 220)[index]
        pieces.append(f'<rect x="100" y="{y + 28}" width="{width}" height="22" rx="11" fill="{tint("#212529", 0.6)}"/>')
        pieces.append(
            f'<rect x="960" y="{y + 22}" width="150" height="34" rx="17" fill="{dark if index % 2 else colour}"/>'
        )
    return "".join(pieces)


def save(page: Page, html: str, size: tuple[int, int], path: Path, colours: int) -> None:
    """Renders and stores a small palette PNG."""
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.set_content(FRAME % html)
    image = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    image.quantize(colours, dither=Image.Dither.NONE).save(path, optimize=True)


def main(arguments: list[str]) -> int:
    """Draws everything; returns the exit status."""
    if len(arguments) != 1:
        print(__doc__)
        return 2
    package = Path(arguments[0])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium")
        page = browser.new_page()
        for name, (icon, light, dark) in ICONS.items():
            save(page, ICON % (light, dark, glyph(package, icon)), (512, 512), TARGET / f"{name}.png", 96)
            for number, draw in enumerate((bars, line, rows), 1):
                html = SHOT % {"ground": tint(light, 0.1), "drawing": draw(light, dark)}
                save(page, html, (1280, 800), TARGET / f"{name}-{number}.png", 24)
        browser.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
