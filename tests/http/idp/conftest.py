"""Each test has an empty table of signing keys, and so must the process's memory of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fondaco.identity import signing_keys


@pytest.fixture(autouse=True)
def _no_remembered_keys() -> Iterator[None]:
    signing_keys.forget()
    yield
    signing_keys.forget()
