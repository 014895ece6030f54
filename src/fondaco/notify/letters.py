"""Letters: what a mail says, apart from how it looks. One layout renders all of them as text and as HTML."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation

from fondaco.kit import jobs

logger = logging.getLogger(__name__)

SENT_BY_ONE_JOB: Final = 20  # so many letters may be sent twice when a worker dies
LETTERS_TO_MANY_WAIT: Final = timedelta(minutes=5)  # for what they tell of to be done for all


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail. ``paragraphs`` are plain sentences; ``quote`` is what a person wrote, shown set apart.

    ``button`` is a label and an absolute address, ``headers`` what threads the mail. Nobody to write to (``to``
    empty) means no mail.
    """

    to: list[str]
    subject: str
    paragraphs: list[str]
    quote: str = ""
    button: tuple[str, str] | None = None
    facts: list[tuple[str, str]] = field(default_factory=list)
    closing: str = ""
    opening: str = ""  # one line above everything else
    reply_to: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


Compose = Callable[[UUID], Letter | None]
_composers: dict[str, Compose] = {}
_mails: dict[str, Mail] = {}


@dataclass(frozen=True, slots=True)
class Mail:
    """A kind of mail. Only its name and the id of its subject travel through the queue, never a link or a secret.

    ``when`` it is sent and who gets it (``to``) are half sentences for the reference. In ``subject``, ⟨…⟩ stands for
    what each letter fills in, and a dot between two says that it is one or the other. A test holds them to their word.
    """

    name: str
    when: str = ""
    to: str = ""
    subject: str = ""

    def compose(self, function: Compose) -> Compose:
        """Registers the function that writes the letter when it is about to be sent."""
        if self.name in _composers:
            raise ValueError(f"mail {self.name!r} is declared twice")
        _composers[self.name] = function
        _mails[self.name] = self
        return function

    def queue(self, subject_id: UUID) -> None:
        """Sends it after the commit of the current transaction, or never if that is rolled back."""
        self.queue_all([subject_id])

    def queue_all(self, subject_ids: Iterable[UUID]) -> None:
        """The same about many: several by one job, which costs more than most letters, and when all else is done."""
        keys = [each.hex for each in subject_ids]
        if len(keys) == 1:
            jobs.defer(send, mail=self.name, subject_id=keys[0])
            return
        parts = [keys[at : at + SENT_BY_ONE_JOB] for at in range(0, len(keys), SENT_BY_ONE_JOB)]
        kwargs = [{"mail": self.name, "subject_ids": part} for part in parts]
        jobs.defer_all(send_all, kwargs, priority=jobs.Priority.BULK, wait=LETTERS_TO_MANY_WAIT)


@jobs.task("notify.send")
def send(mail: str, subject_id: str) -> None:
    """Writes and sends one mail. A mail server that does not answer makes the job run again later."""
    with translation.override(settings.LANGUAGE_CODE):
        letter = _composers[mail](UUID(subject_id))
        if letter is not None and letter.to:
            message(letter).send()


@jobs.task("notify.send_all")
def send_all(mail: str, subject_ids: Sequence[str]) -> None:
    """One after the other. What cannot be sent gets a job of its own, lest all others are sent again for its sake."""
    for subject_id in subject_ids:
        try:
            send(mail, subject_id)
        except Exception:
            logger.exception("mail %s about %s could not be sent and is tried again", mail, subject_id)
            jobs.defer(send, mail=mail, subject_id=subject_id)


def message(letter: Letter) -> EmailMultiAlternatives:
    """The letter as a mail with a text and an HTML part."""
    context = {"letter": letter, "platform": settings.PLATFORM_NAME, "site": settings.SITE_URL}
    text = render_to_string("notify/letter.txt", context, using="jinja2")
    html = render_to_string("notify/letter.html", context, using="jinja2")
    mail = EmailMultiAlternatives(
        letter.subject,
        text,
        to=letter.to,
        reply_to=[letter.reply_to] if letter.reply_to else None,
        headers=dict(letter.headers),
    )
    mail.attach_alternative(html, "text/html")
    return mail


def link(path: str, *, place: str = "") -> str:
    """An absolute address of ours. ``place`` (``account:…``) is entered first, wherever its reader stands."""
    return settings.SITE_URL + path + (f"?{urlencode({'place': place}, safe=':')}" if place else "")


def all_mails() -> Iterable[str]:
    """The names of all mails."""
    return sorted(_composers)


def kinds() -> list[Mail]:
    """Every kind of mail by name, for the reference and for previews."""
    return [_mails[name] for name in all_mails()]


def write(mail: Mail, subject_id: UUID) -> Letter | None:
    """The letter as it would be sent about this subject now."""
    return _composers[mail.name](subject_id)
