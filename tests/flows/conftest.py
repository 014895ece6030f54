"""What every flow stands on."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core import mail
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

pytest.register_assert_rewrite("tests.flows")

from tests.flows.house import House, PartnerProgram  # noqa: E402 - its assertions are rewritten first

from fondaco.catalog.categories import ensure_defaults  # noqa: E402


@pytest.fixture
def house(live_server: LiveServer, settings: Settings, tmp_path: Path) -> Iterator[House]:
    """The site on a socket with an empty database, and the partner's program on another."""
    site = live_server.url
    settings.SITE_URL = settings.API_ROOT = settings.IDENTITY_URL = site
    settings.MEDIA_ROOT = tmp_path / "media"
    for noisy in ("werkzeug", "httpx"):  # as the partner's own main does: its access log would hold codes
        logging.getLogger(noisy).setLevel(logging.WARNING)
    ensure_defaults()
    partner = PartnerProgram(site, tmp_path)
    house = House(site, partner, mail.outbox)
    yield house
    partner.stop()
    for browser in house.browsers:
        browser.close()
