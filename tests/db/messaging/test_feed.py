"""Reading an app's messages by number while others write them: nothing that commits late is passed over."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction
from tests.factories.installs import make_completed
from tests.racing import at_once

from fondaco.audit.actor import Actor
from fondaco.catalog.models import App
from fondaco.installs.models import Installation
from fondaco.kit import clock
from fondaco.messaging import feed, payloads
from fondaco.messaging.actions import Draft, write_messages
from fondaco.messaging.feed import read_app_feed
from fondaco.messaging.models import Message

pytestmark = pytest.mark.django_db(transaction=True)


def write(installation: Installation) -> Message:
    held = Installation.objects.select_for_update(of=("self",)).get(pk=installation.pk)
    content = payloads.uninstalled(held, reason_type="other", reason="")
    [message] = write_messages(actor=Actor.system("test"), drafts=[Draft(held, content, clock.now())])
    return message


def numbers(app: App, after: int = 0) -> list[tuple[int | None, str]]:
    return [(each.position, each.pk.hex) for each in read_app_feed(app, after=after, limit=100).messages]


def test_what_was_written_earlier_and_is_committed_later_is_read_later_and_not_lost() -> None:
    slow = make_completed()
    quick = make_completed(version=slow.version)
    app = slow.app
    last = read_app_feed(app, after=0, limit=100).last
    is_written, may_commit = threading.Event(), threading.Event()
    early: list[Message] = []

    def write_slowly() -> None:
        try:
            with transaction.atomic():
                early.append(write(slow))
                is_written.set()
                assert may_commit.wait(10)
        finally:
            connection.close()

    writer = threading.Thread(target=write_slowly)
    writer.start()
    assert is_written.wait(10)
    with transaction.atomic():
        late = write(quick)
    assert early[0].pk < late.pk
    assert numbers(app, last) == [(last + 1, late.pk.hex)]
    may_commit.set()
    writer.join(10)
    assert numbers(app, last + 1) == [(last + 2, early[0].pk.hex)]


def test_two_that_read_at_once_and_in_small_steps_give_each_message_one_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = make_completed()
    for installation in (first, make_completed(version=first.version)):
        for _ in range(3):
            with transaction.atomic():
                write(installation)
    monkeypatch.setattr(feed, "MOST_NUMBERED", 4)

    def read() -> None:
        read_app_feed(first.app, after=0, limit=2)

    assert at_once(read, read) == ["done", "done"]
    page = read_app_feed(first.app, after=0, limit=100)
    while page.has_more:
        page = read_app_feed(first.app, after=0, limit=100)
    assert [each.position for each in page.messages] == list(range(1, 11))
    for installation in Installation.objects.all():
        own = [each.sequence for each in page.messages if each.installation_id == installation.pk]
        assert own == [1, 2, 3, 4, 5]
