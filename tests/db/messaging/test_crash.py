"""A dispatcher that is killed in the middle of a delivery: nothing is lost, and what is sent again is the same."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.db import connection
from tests.factories.installs import make_installing
from tests.receiver import receiving

from fondaco.kit import clock
from fondaco.messaging.dispatcher import drain
from fondaco.messaging.models import Attempt, Delivery

pytestmark = pytest.mark.django_db(transaction=True)

_PROGRAM = """
import signal, threading
import django
django.setup()
from fondaco.messaging.dispatcher import run
stop = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stop.set())
run(stop)
"""


@contextmanager
def dispatcher_process() -> Iterator[subprocess.Popen[bytes]]:
    """A real process on the test's database."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    environment = {
        **os.environ,
        "DATABASE_URL": parts._replace(path=f"/{connection.settings_dict['NAME']}").geturl(),
        "DJANGO_SETTINGS_MODULE": "fondaco.config.settings",
        "PYTHONPATH": "src",
    }
    process = subprocess.Popen([sys.executable, "-c", _PROGRAM], env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait(10)


def test_T04_killed_in_mid_flight_it_is_sent_again_byte_for_byte() -> None:
    with receiving("hang", 200) as receiver:
        make_installing(events_callback_url=f"{receiver.url}/events")
        with dispatcher_process() as process:
            receiver.wait_for(1)
            process.send_signal(signal.SIGKILL)
            process.wait(10)
        assert not Attempt.objects.exists()
        drain()
        assert len(receiver.got) == 1, "the dead process's lease still runs"
        with clock.travel(timedelta(seconds=31)):
            drain()
        first, second = receiver.got
    assert first.body == second.body
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.attempt_count) == ("delivered", 1)
    assert Attempt.objects.get().response_status == 200


def test_asked_to_stop_it_finishes_what_is_under_way() -> None:
    with receiving(200) as receiver:
        make_installing(events_callback_url=f"{receiver.url}/events")
        with dispatcher_process() as process:
            receiver.wait_for(1)
            process.send_signal(signal.SIGTERM)
            assert process.wait(15) == 0
    assert Delivery.objects.get().status == "delivered"
