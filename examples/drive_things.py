"""What ``drive.py`` holds in its hands: an authenticator app's code, and a drawn picture."""

from __future__ import annotations

import base64
import hmac
import io
import time

from PIL import Image, ImageDraw


def code_of(secret: str) -> str:
    """What an authenticator app with this secret shows now (RFC 6238)."""
    counter = (int(time.time()) // 30).to_bytes(8, "big")
    digest = hmac.digest(base64.b32decode(secret), counter, "sha1")
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def picture(width: int, height: int, text: str) -> str:
    """A drawn PNG in base64."""
    image = Image.new("RGB", (width, height), (24, 78, 119))
    drawing = ImageDraw.Draw(image)
    drawing.ellipse((width // 4, height // 4, width * 3 // 4, height * 3 // 4), fill=(244, 162, 97))
    drawing.text((20, 20), text, fill="white")
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()
