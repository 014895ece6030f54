"""An identity server for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.http.resource_server.identity_server import Clock, IdentityServer


@pytest.fixture
def house() -> Iterator[IdentityServer]:
    server = IdentityServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def clock() -> Clock:
    return Clock()
