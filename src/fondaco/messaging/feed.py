"""Pull: what a program was sent, by number, for partners who missed some of it (ADR 0035).

An installation's messages are numbered where they are written: whoever writes one holds the installation, so the
numbers (``sequence``) become visible in their order. An app has many installations and no row that all of them could
hold, so its messages are numbered (``position``) by whoever reads them: only what is committed can be numbered, under
a lock that is kept until the numbers are committed. No number ever appears below one that was read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet

from fondaco.catalog.models import App
from fondaco.installs.models import Installation
from fondaco.kit import clock
from fondaco.messaging.models import Message

MOST_NUMBERED: Final = 5000  # in one read: a first one may find years of them
# In the order of their sequences: then those of one installation are numbered as they happened, whatever the clocks of
# the machines that wrote them said.
_NUMBER: Final = """
    WITH fresh AS (
        SELECT id, row_number() OVER (ORDER BY sequence, id) AS place FROM (
            SELECT id, sequence FROM messaging_message WHERE app_id = %(app)s AND position IS NULL
            ORDER BY sequence, id LIMIT %(most)s
        ) AS unnumbered
    ), last AS (
        SELECT COALESCE(MAX(position), 0) AS position FROM messaging_message WHERE app_id = %(app)s
    )
    UPDATE messaging_message m SET position = last.position + fresh.place
    FROM fresh, last WHERE m.id = fresh.id
"""


@dataclass(frozen=True, slots=True)
class FeedPage:
    """``last`` is where the next page begins: the number of the last message, or what was asked when there is none."""

    messages: list[Message]
    last: int
    has_more: bool


def read_installation_feed(installation: Installation, *, after: int, limit: int) -> FeedPage:
    """Messages of one installation with a ``sequence`` beyond ``after``, of the last thirty days, in order."""
    found = Message.objects.filter(installation=installation, sequence__gt=after).order_by("sequence")
    rows = list(_shown(found)[: limit + 1])
    messages = rows[:limit]
    return FeedPage(messages, messages[-1].sequence if messages else after, len(rows) > limit)


def read_app_feed(app: App, *, after: int, limit: int) -> FeedPage:
    """Messages of an app for any installation with a ``position`` beyond ``after``, of the last thirty days, in order.

    Those of one installation keep their order. Numbers what was not numbered yet, so it opens a transaction.
    """
    were_all_numbered = _number(app)
    found = Message.objects.filter(app=app, position__gt=after).order_by("position")
    rows = list(_shown(found)[: limit + 1])
    messages = rows[:limit]
    last = max(after, *(message.position or 0 for message in messages)) if messages else after
    return FeedPage(messages, last, len(rows) > limit or not were_all_numbered)


def last_sequence(installation: Installation) -> int:
    """The number of the last message of an installation; 0 before the first."""
    found = Message.objects.filter(installation=installation).order_by("-sequence").values_list("sequence", flat=True)
    return found.first() or 0


def _shown(messages: QuerySet[Message]) -> QuerySet[Message]:
    oldest = clock.now() - settings.MESSAGES_PULLED_FOR
    return messages.filter(created_at__gte=oldest).select_related("delivery")


def _number(app: App) -> bool:
    """Whether every message that was committed has a number now."""
    if not Message.objects.filter(app=app, position=None).exists():
        return True
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"feed {app.pk.hex}"])
        cursor.execute(_NUMBER, {"app": app.pk, "most": MOST_NUMBERED})
        numbered: int = cursor.rowcount
    return numbered < MOST_NUMBERED
