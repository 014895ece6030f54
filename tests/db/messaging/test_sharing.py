"""Several dispatchers on one database: how they share the tries at one endpoint."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import uvloop
from tests.factories.catalog import make_published_version
from tests.factories.installs import make_installing
from tests.receiver import PATIENCE, receiving

from fondaco.messaging.dispatcher import Dispatcher
from fondaco.messaging.models import Endpoint
from fondaco.messaging.queue import Parcel, Room
from fondaco.messaging.signing import Signer

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_endpoint_has_its_share_of_tries_whatever_the_number_of_dispatchers() -> None:
    with receiving("hang") as hanging, receiving(200) as good, sharing(2, share=4) as dispatchers:
        version = make_published_version(events_callback_url=f"{hanging.url}/events")
        for _ in range(9):
            make_installing(version=version)
        assert len(hanging.wait_for(4)) == 4
        for received in range(1, 4):  # looks of both dispatchers
            make_installing(events_callback_url=f"{good.url}/events")
            good.wait_for(received)
        assert len(hanging.got) == 4
        endpoint = str(Endpoint.objects.get(app=version.app_id).pk)
        assert [dispatcher._running[endpoint] for dispatcher in dispatchers] == [2, 2]
        hanging.over.set()


def test_a_new_dispatcher_knows_its_share_at_its_first_look(monkeypatch: pytest.MonkeyPatch) -> None:
    shares: dict[Dispatcher, list[int]] = defaultdict(list)
    look = Dispatcher._claim

    def look_and_note(self: Dispatcher, room: Room) -> tuple[list[Parcel], Signer]:
        shares[self].append(room.share)
        return look(self, room)

    with sharing(2, share=4):
        monkeypatch.setattr(Dispatcher, "_claim", look_and_note)
        with sharing(1, share=9, among=3) as (new,):
            waiting, deadline = threading.Event(), time.monotonic() + PATIENCE
            while not shares[new]:
                assert time.monotonic() < deadline
                waiting.wait(0.01)
    assert set(shares[new]) == {3}


def test_what_a_dispatcher_leaves_the_others_take() -> None:
    with sharing(1, share=4) as (lasting,):
        with sharing(1, share=4, among=2):
            wait_for_share(lasting, 2)
        wait_for_share(lasting, 4)


@contextmanager
def sharing(number: int, *, share: int, among: int = 0) -> Iterator[list[Dispatcher]]:
    """Dispatchers at work that know how many they are, ``among`` all (``number`` unless told)."""
    stop, dispatchers = threading.Event(), [Dispatcher(share=share) for _ in range(number)]
    threads = [threading.Thread(target=lambda each=each: uvloop.run(each.run(stop))) for each in dispatchers]
    for thread in threads:
        thread.start()
    try:
        for dispatcher in dispatchers:
            wait_for_share(dispatcher, share // (among or number))
        yield dispatchers
    finally:
        stop.set()
        for thread, dispatcher in zip(threads, dispatchers, strict=True):
            thread.join(20)
            dispatcher.close()
    assert not any(thread.is_alive() for thread in threads)


def wait_for_share(dispatcher: Dispatcher, share: int) -> None:
    """Returns when so much of an endpoint is the dispatcher's."""
    waiting, deadline = threading.Event(), time.monotonic() + PATIENCE
    while dispatcher._share != share:
        assert time.monotonic() < deadline, dispatcher._share
        waiting.wait(0.01)
