"""A partner program that knows only the wire, against a real server, dispatcher and sockets (DOMAIN 11)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.factories.accounts import actor_for
from tests.factories.installs import make_installing
from tests.http.partner_process import Partner

from fondaco.identity import signing_keys
from fondaco.installs.actions import uninstall_app
from fondaco.installs.models import Installation
from fondaco.messaging.dispatcher import run
from fondaco.messaging.models import Delivery

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 20.0


@pytest.fixture
def partner(live_server: Any, settings: Any, tmp_path: Path) -> Iterator[Partner]:
    """The example partner's own process, told where our API is and nothing else."""
    signing_keys.forget()
    settings.API_ROOT = settings.SITE_URL = settings.IDENTITY_URL = live_server.url
    program = Partner(SimpleNamespace(root=live_server.url), tmp_path / "partner.sqlite")
    yield program
    program.stop()


@pytest.fixture
def _dispatching() -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=run, args=(stop,))
    thread.start()
    yield
    stop.set()
    thread.join(20)


def until(condition: Callable[[], bool]) -> None:
    """Polls; the partner answers in its own time."""
    over = threading.Event()
    timer = threading.Timer(PATIENCE, over.set)
    timer.start()
    try:
        while not condition():
            assert not over.wait(0.05), "it did not come to pass"
    finally:
        timer.cancel()


def status() -> str:
    return Installation.objects.values_list("status", flat=True).get()


@pytest.mark.usefixtures("_dispatching")
def test_install_and_uninstall_in_one_pass(partner: Partner) -> None:
    installation = make_installing(events_callback_url=f"{partner.url}/events", standalone_url=f"{partner.url}/start")
    until(lambda: status() == "completed")
    until(lambda: set(Delivery.objects.values_list("status", flat=True)) == {"delivered"})
    by = installation.installed_by
    uninstall_app(actor=actor_for(by.person), by=by, installation=installation, reason_type="not_needed")
    until(lambda: status() == "revoked")
    until(lambda: set(Delivery.objects.values_list("status", flat=True)) == {"delivered"})
    assert list(Delivery.objects.order_by("sequence").values_list("message__type", "attempt_count")) == [
        ("app.installed", 1),
        ("app.trial_started", 1),
        ("app.uninstalled", 1),
        ("app.trial_ended", 1),
    ]


@pytest.mark.usefixtures("_dispatching")
def test_a_partner_that_declines(partner: Partner) -> None:
    assert partner.misbehave("reject", reason="no seats left") < 400
    make_installing(events_callback_url=f"{partner.url}/events")
    until(lambda: status() == "rejected")
    assert Installation.objects.get().reason == "no seats left"
