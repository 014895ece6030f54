"""What ``drive.py`` drives with: the management API as somebody, mails from the inbox, waiting, expecting."""

from __future__ import annotations

import base64
import html
import io
import re
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from PIL import Image, ImageDraw

PATIENCE = 60.0  # seconds to wait for mails and for the app's program

Json = dict[str, Any]


class Surprise(Exception):
    """Something is not as it should be; the sentence says what."""


class Platform:
    """The management API as one person, or as a visitor."""

    def __init__(self, site: str, token: str = "") -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.client = httpx.Client(base_url=f"{site}/api/v1", headers=headers, timeout=30)

    def get(self, path: str, **query: Any) -> Json:
        """The answer to a question."""
        return self._read(self.client.get(path, params=query))

    def post(self, path: str, body: Json | None = None, *, refused: int = 0) -> Json:
        """Does something once: the key makes it safe to send twice. ``refused``: the status that is right here."""
        headers = {"Idempotency-Key": uuid.uuid4().hex}
        return self._read(self.client.post(path, json={} if body is None else body, headers=headers), refused=refused)

    def put(self, path: str, body: Json) -> Json:
        """Replaces something."""
        return self._read(self.client.put(path, json=body))

    def _read(self, answer: httpx.Response, *, refused: int = 0) -> Json:
        expected = answer.status_code == refused if refused else answer.is_success
        if not expected:
            raise Surprise(f"{answer.request.method} {answer.url} answered {answer.status_code}: {answer.text}")
        found: Json = answer.json() if answer.content else {}
        return found


@dataclass
class Drive:
    """Where we drive, as whom, and what we have so far."""

    site: str
    app_url: str
    operator: Platform
    customer: Platform
    visitor: Platform
    name: str
    steps: int = 0

    def say(self, text: str) -> None:
        """One step in one line."""
        self.steps += 1
        print(f"{self.steps:3}  {text}", flush=True)


def everything(platform: Platform, path: str, **query: Any) -> list[Json]:
    """All pages of a list."""
    items: list[Json] = []
    cursor: Json = {}
    while True:
        page = platform.get(path, **query, **cursor)
        items += page["items"]
        if page["next_cursor"] is None:
            return items
        cursor = {"cursor": page["next_cursor"]}


def token_in_mail(run: Drive, email: str, pattern: str) -> str:
    """The token of a mailed link, from the development inbox; mails take a moment."""
    found: list[str] = []

    def look() -> bool:
        inbox = httpx.get(f"{run.site}/inbox", timeout=10)
        expect(inbox.status_code, 200, f"the answer of {run.site}/inbox, which exists only in development")
        for mail in list(dict.fromkeys(re.findall(r'href="(/inbox/[^"/]+)"', inbox.text)))[:10]:
            text = html.unescape(httpx.get(run.site + mail, timeout=10).text)
            match = re.search(pattern, text)
            if email in text and match:
                found.append(match[1])
                return True
        return False

    wait(look, f"No mail with a link like {pattern} came to {email}.")
    return found[0]


def wait_for_status(run: Drive, path: str, status: str) -> Json:
    """The installation, once it stands there."""
    wait(lambda: run.customer.get(path)["status"] == status, f"{path} did not become {status}.")
    return run.customer.get(path)


def wait(is_there: Callable[[], bool], otherwise: str) -> None:
    """Asks again and again, for a minute at most."""
    until = time.monotonic() + PATIENCE
    while not is_there():
        if time.monotonic() > until:
            raise Surprise(otherwise)
        time.sleep(0.3)


def expect(actual: object, expected: object, what: str) -> None:
    """Compares."""
    if actual != expected:
        raise Surprise(f"{what}: expected {expected!r}, but it is {actual!r}")


def picture(width: int, height: int, text: str) -> str:
    """A drawn PNG in base64."""
    image = Image.new("RGB", (width, height), (24, 78, 119))
    drawing = ImageDraw.Draw(image)
    drawing.ellipse((width // 4, height // 4, width * 3 // 4, height * 3 // 4), fill=(244, 162, 97))
    drawing.text((20, 20), text, fill="white")
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


def make_token(email: str) -> str:
    """A personal access token from the platform's own command line."""
    command = Path(sys.executable).with_name("fondaco")
    fondaco = str(command) if command.exists() else shutil.which("fondaco")
    if not fondaco:
        raise Surprise("there is no `fondaco` command here; give --operator-token and --customer-token")
    made = subprocess.run([fondaco, "token", email, "--name", "drive"], capture_output=True, text=True, check=False)
    if made.returncode != 0:
        raise Surprise(f"`fondaco token {email}` failed: {made.stderr.strip() or made.stdout.strip()}")
    return made.stdout.strip().splitlines()[-1]
