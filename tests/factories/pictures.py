"""Drawn pictures, as checks want to see them."""

from __future__ import annotations

from io import BytesIO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageDraw


def drawing(width: int = 512, height: int = 512, *, seed: int = 1, kind: str = "PNG") -> bytes:
    """Bars, a disc and lines that differ with ``seed``."""
    image = Image.new("RGB", (width, height), (250, 248, 244))
    pen = ImageDraw.Draw(image)
    for bar in range(8):
        left, tall = bar * width // 8, (bar * seed * 37 + 53) % 83 / 100
        pen.rectangle((left, height * (1 - tall), left + width // 10, height), fill=(20 + seed * 23 % 200, 90, 140))
    pen.ellipse((width // 4, height // 8, width // 2, height // 3), fill=(200, 60 + seed * 11 % 120, 50))
    for line in range(6):
        pen.line((0, line * height // 6, width, (line + seed) % 6 * height // 6), fill=(30, 30, 30), width=2)
    buffer = BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


def store(key: str, content: bytes) -> str:
    """Puts a picture into the file storage."""
    return default_storage.save(key, ContentFile(content))
