"""What can be told about a picture by arithmetic: whether it shows something, is sharp, and what it resembles."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from PIL import Image, ImageFilter, ImageStat

_SIDE: Final = 256  # pixels on the longer side: enough for all of these, and quick
_HASH_SIDE: Final = 8


@dataclass(frozen=True)
class Picture:
    """A stored picture. ``where`` is the field it stands in; ``data`` is None when its file cannot be read."""

    where: str
    data: bytes | None
    alternative_text: str = ""

    @cached_property
    def image(self) -> Image.Image | None:
        """The decoded picture, transparent parts on white."""
        if self.data is None:
            return None
        image = Image.open(io.BytesIO(self.data))
        if not image.has_transparency_data:
            return image.convert("RGB")
        ground = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(ground, image.convert("RGBA")).convert("RGB")

    @cached_property
    def small(self) -> Image.Image | None:
        """A grey copy of at most 256 pixels."""
        if self.image is None:
            return None
        grey = self.image.convert("L")
        grey.thumbnail((_SIDE, _SIDE))
        return grey

    @cached_property
    def contrast(self) -> float:
        """The standard deviation of the strongest channel, 0 to 127: 0 is one colour all over."""
        if self.image is None:
            return 0.0
        small = self.image.copy()
        small.thumbnail((_SIDE, _SIDE))
        return max(ImageStat.Stat(small).stddev)

    @cached_property
    def sharpness(self) -> float:
        """The variance of the Laplacian of the full-size grey picture; a blurred one has next to none."""
        if self.image is None:
            return 0.0
        kernel = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128)
        edges = self.image.convert("L").filter(kernel)
        inner = edges.crop((1, 1, edges.width - 1, edges.height - 1))  # the filter leaves the rim as it is
        return float(ImageStat.Stat(inner).var[0])

    @cached_property
    def print(self) -> int:
        """A difference hash of 64 bits: alike pictures differ in few of them, whatever their size."""
        if self.image is None:
            return 0
        grey = self.image.convert("L").resize((_HASH_SIDE + 1, _HASH_SIDE), Image.Resampling.LANCZOS)
        pixels = grey.tobytes()
        bits = 0
        for row in range(_HASH_SIDE):
            for column in range(_HASH_SIDE):
                place = row * (_HASH_SIDE + 1) + column
                bits = bits << 1 | (pixels[place] > pixels[place + 1])
        return bits

    @property
    def signed_print(self) -> int:
        """The same as PostgreSQL's bigint has it."""
        return self.print - (1 << 64) if self.print >> 63 else self.print


def distance(one: Picture, other: Picture) -> int:
    """In how many of the 64 bits two pictures differ."""
    return (one.print ^ other.print).bit_count()
