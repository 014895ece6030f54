"""Files that a ``fondaco.toml`` names: only real files inside its folder, judged before they are taken in."""

from __future__ import annotations

import hashlib
import stat
import warnings
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final

from fondaco.cli.manifest.content import Picture
from fondaco.cli.manifest.kinds import clean_text
from fondaco.kit.rasterizing import looks_like_drawing

_MIB: Final = 1024 * 1024
_MOST_TEXT: Final = 64 * 1024
_MOST_SIDE: Final = 4096


class FileRefused(Exception):
    """A file that cannot be used; the message says why, without its name."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a kind of picture must be like."""

    most_bytes: int
    least: tuple[int, int]
    most_side: int
    is_square: bool = False
    may_be_drawn: bool = False  # as SVG, whose size means nothing


ICON: Final = Limits(most_bytes=_MIB, least=(256, 256), most_side=1024, is_square=True, may_be_drawn=True)
SCREENSHOT: Final = Limits(most_bytes=2 * _MIB, least=(640, 360), most_side=_MOST_SIDE)


def read_text(folder: Path, name: str, *, most: int) -> str:
    """The text of a file, trimmed, of at most ``most`` characters."""
    data = read_inside(folder, name, most=_MOST_TEXT)
    try:
        clean = str(clean_text(data.decode("utf-8-sig")))
    except UnicodeDecodeError:
        raise FileRefused("This file is not UTF-8 text. Save it as UTF-8.") from None
    except ValueError as problem:
        raise FileRefused(str(problem)) from None
    if len(clean) > most:
        raise FileRefused(f"Use at most {most} characters; these are {len(clean)}.")
    return clean


def read_picture(folder: Path, name: str, limits: Limits, *, alternative_text: str = "") -> Picture:
    """A picture whose header says that it is one of the right size; its pixels are not unpacked here."""
    data = read_inside(folder, name, most=limits.most_bytes)
    if limits.may_be_drawn and looks_like_drawing(data):  # whether it only draws is judged by the house
        return Picture(name, hashlib.sha256(data).hexdigest(), alternative_text, data=data)
    width, height = _measure(data, "PNG, JPEG or SVG" if limits.may_be_drawn else "PNG or JPEG")
    if max(width, height) > limits.most_side:
        raise FileRefused(f"Use at most {limits.most_side} pixels on a side; this is {width} × {height}.")
    if limits.is_square and width != height:
        raise FileRefused(f"The icon must be square; this is {width} × {height} pixels.")
    if width < limits.least[0] or height < limits.least[1]:
        least = " × ".join(map(str, limits.least))
        raise FileRefused(f"Use at least {least} pixels; this is {width} × {height}.")
    return Picture(name, hashlib.sha256(data).hexdigest(), alternative_text, data=data)


def read_inside(folder: Path, name: str, *, most: int) -> bytes:
    """The bytes of a plain file which lies in ``folder`` with every link followed."""
    if "\\" in name:
        raise FileRefused("Write paths with /.")
    home = folder.resolve()
    try:
        path = (home / name).resolve(strict=True)
        if Path(name).is_absolute() or not path.is_relative_to(home):
            raise FileRefused("This lies outside the folder. Name a file inside it.")
        if not stat.S_ISREG(path.stat().st_mode):
            raise FileRefused("This is not a file.")
        with path.open("rb") as opened:
            data = opened.read(most + 1)
    except FileNotFoundError:
        raise FileRefused("There is no such file.") from None
    except (OSError, RuntimeError) as problem:
        raise FileRefused(f"This cannot be read: {getattr(problem, 'strerror', None) or problem}.") from None
    if len(data) > most:
        raise FileRefused(f"Use at most {most // 1024} KiB.")
    return data


def _measure(data: bytes, kinds: str) -> tuple[int, int]:
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(BytesIO(data), formats=("PNG", "JPEG")) as picture:
                return picture.size
    except Image.DecompressionBombError:
        raise FileRefused("This picture is far too large when it is unpacked.") from None
    except (OSError, ValueError, SyntaxError):
        raise FileRefused(f"This is not a {kinds} picture, or it is damaged.") from None
