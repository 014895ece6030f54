"""Compiled templates on disk, so that each page is compiled once and not by every process that shows it."""

from __future__ import annotations

import contextlib
from importlib.metadata import version
from pathlib import Path
from pickle import UnpicklingError

from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket


class CompiledPages(FileSystemBytecodeCache):
    """Only for its owner's eyes. Whatever cannot be read or written is compiled, as without it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder), f"%s-jinja-{version('jinja2')}")
        with contextlib.suppress(OSError):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def load_bytecode(self, bucket: Bucket) -> None:
        """Jinja itself leaves out what was made from another text or by another Python, but trips over a torn file."""
        try:
            super().load_bytecode(bucket)
        except (OSError, EOFError, UnpicklingError):
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """A full disk or a folder that is only for reading breaks no page."""
        with contextlib.suppress(OSError):
            super().dump_bytecode(bucket)
