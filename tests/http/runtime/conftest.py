from __future__ import annotations

import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import processes


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A home that the unprivileged database user may pass through, unlike pytest's own folders."""
    folder = Path(tempfile.mkdtemp(prefix="fondaco-home-"))
    folder.chmod(0o711)
    yield folder / "home"
    for pid in processes.belonging_to(folder / "home"):
        os.kill(pid, 9)
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def ports() -> tuple[int, int]:
    """Two that are free now."""
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]
