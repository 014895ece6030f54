"""Draws an SVG as PNG pixels, as a program of its own: ``python rasterizing.py WIDTH < drawing.svg > picture.png``.

A drawing can ask for more work than its size tells, and the renderer is native code. Here it has little time and
memory, no way out and nothing to lose; whatever becomes of it, the process that called it goes on.
"""

from __future__ import annotations

import re
import resource
import subprocess
import sys
from pathlib import Path
from typing import Final

import resvg_py

_CPU_SECONDS: Final = 2
_WALL_SECONDS: Final = 10  # on a busy machine
_MEMORY_BYTES: Final = 1024 * 1024 * 1024


_HEAD: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:\?xml|!--|!DOCTYPE\s+svg|svg[\s/>])", re.IGNORECASE)


class Undrawable(Exception):
    """No picture came of it: it is malformed, or asks for too much."""


def looks_like_drawing(data: bytes) -> bool:
    """Whether this begins like an SVG. Compressed ones do not: they are refused like anything that is no picture."""
    return _HEAD.match(data[:512]) is not None


def rasterize(drawing: bytes, *, width: int) -> bytes:
    """The drawing as a PNG of this width. It must have been cleaned: what it refers to is not judged here."""
    command = [sys.executable, "-I", str(Path(__file__).resolve()), str(width)]
    try:
        done = subprocess.run(  # noqa: S603 - our own file
            command, input=drawing, capture_output=True, timeout=_WALL_SECONDS, check=True, env={}
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise Undrawable from error
    return done.stdout


def _draw() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    text = sys.stdin.buffer.read().decode()
    picture = resvg_py.svg_to_bytes(svg_string=text, width=int(sys.argv[1]), skip_system_fonts=True)
    sys.stdout.buffer.write(picture)


if __name__ == "__main__":
    _draw()
