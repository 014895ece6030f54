"""The mails that jobs would send: the queue is emptied here and now, in this process, with its own arguments."""

from __future__ import annotations

import re
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

from django.conf import settings
from django.core import mail
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from fondaco.notify import letters

_LINK = re.compile(r"https?://[^\s]+")


def deliver() -> list[mail.EmailMessage]:
    """Runs every queued mail job once, in order, and returns the mails that this sent."""
    before = len(mail.outbox)
    tasks = {task.name: task for task in (letters.send, letters.send_all)}
    jobs = list(ProcrastinateJob.objects.filter(task_name__in=tasks, status="todo").order_by("id"))
    for job in jobs:
        tasks[job.task_name](**job.args)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [job.pk])
    return list(mail.outbox[before:])


def link_in(letter: mail.EmailMessage) -> str:
    """The path of the first link in a mail's text."""
    found = _LINK.search(str(letter.body))
    assert found, letter.body
    return "/" + found.group().split("/", 3)[3]


def find_reset_link(letter: mail.EmailMessage) -> str:
    """The whole address of the link in a mail's text by which a new password is set; fails when it is not ours."""
    [found] = re.findall(r"\S+/account/password/reset/key/\S+", str(letter.body))
    assert found.startswith(f"{settings.SITE_URL}/account/")
    return str(found)


def parsed(letter: mail.EmailMessage) -> EmailMessage:
    """The mail as it goes over the wire, read by another program."""
    found = BytesParser(policy=policy.default).parsebytes(letter.message().as_bytes())
    assert isinstance(found, EmailMessage)
    return found


def reply_to(letter: mail.EmailMessage, sender: str, text: str, **headers: str) -> bytes:
    """What a mail program makes of pressing *Answer*."""
    asked = parsed(letter)
    written = EmailMessage()
    given = {
        "From": f"Someone <{sender}>",
        "To": str(asked["Reply-To"]),
        "Subject": f"Re: {asked['Subject']}",
        "Message-ID": "<answer-1@mail.example>",
        "In-Reply-To": str(asked["Message-ID"]),
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    for name, value in given.items():
        written[name] = value
    body = asked.get_body(("plain",))
    assert body is not None
    quoted = "\n".join(f"> {line}" for line in body.get_content().splitlines())
    written.set_content(f"{text}\n\nOn Mon, 4 May 2026 at 10:12, Fondaco <hello@fondaco.example>\nwrote:\n\n{quoted}\n")
    return written.as_bytes()
