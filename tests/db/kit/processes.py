"""Real processes of ours against the test's own database, and waiting for what they do."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlencode

from django.db import connection

import fondaco

_ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "fondaco.config.settings",
    "PYTHONPATH": str(Path(fondaco.__file__).parent.parent),
}
_SETUP = "import django\ndjango.setup()\n"


def start(program: str) -> subprocess.Popen[str]:
    """A Python process with the product's settings that runs ``program`` on this test's database."""
    target = connection.settings_dict
    query = {"host": target["HOST"], "port": target["PORT"]}
    user = quote(target["USER"]) + (":" + quote(target["PASSWORD"]) if target["PASSWORD"] else "")
    url = f"postgresql://{user}@/{quote(target['NAME'])}?{urlencode({k: v for k, v in query.items() if v})}"
    return subprocess.Popen(
        [sys.executable, "-c", _SETUP + program],
        env={**os.environ, **_ENVIRONMENT, "DATABASE_URL": url},
        stdout=subprocess.PIPE,
        text=True,
    )


@contextmanager
def finish_with(process: subprocess.Popen[str]) -> Iterator[subprocess.Popen[str]]:
    """Kills the process at the end of the block, however that comes."""
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_for(is_so: Callable[[], bool], seconds: float = 30.0) -> None:
    """Returns as soon as ``is_so()``; fails after ``seconds``."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)
