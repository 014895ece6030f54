"""The mails that jobs would send: the queue is emptied here and now, in this process, with its own arguments."""

from __future__ import annotations

import re

from django.core import mail
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from fondaco.notify import letters

_LINK = re.compile(r"https?://[^\s]+")


def deliver() -> list[mail.EmailMessage]:
    """Runs every queued mail job once, in order, and returns the mails that this sent."""
    before = len(mail.outbox)
    jobs = list(ProcrastinateJob.objects.filter(task_name="notify.send", status="todo").order_by("id"))
    for job in jobs:
        letters.send(**job.args)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [job.pk])
    return list(mail.outbox[before:])


def link_in(letter: mail.EmailMessage) -> str:
    """The path of the first link in a mail's text."""
    found = _LINK.search(str(letter.body))
    assert found, letter.body
    return "/" + found.group().split("/", 3)[3]
