"""Reads the mails that Django's file backend wrote: the inbox of a machine without a mail server."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

_BETWEEN = b"\n" + b"-" * 79 + b"\n"  # what the backend writes after each mail


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail. ``id`` is the file's name and the mail's position in it."""

    id: str
    subject: str
    sender: str
    to: str
    sent_at: datetime | None
    text: str
    html: str


def find_mails(folder: Path) -> list[Mail]:
    """All mails in ``folder``, newest first."""
    files = sorted(folder.glob("*.log"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    return [mail for path in files for mail in reversed(_read(path))]


def get_mail(folder: Path, mail_id: str) -> Mail | None:
    """The mail with this id, or None. Only names of files that lie in ``folder`` are looked at."""
    return next((mail for mail in find_mails(folder) if mail.id == mail_id), None)


def _read(path: Path) -> list[Mail]:
    parts = [part for part in path.read_bytes().split(_BETWEEN) if part.strip()]
    return [_mail(f"{path.stem}-{position}", part) for position, part in enumerate(parts)]


def _mail(mail_id: str, source: bytes) -> Mail:
    message = message_from_bytes(source, policy=policy.default)
    return Mail(
        id=mail_id,
        subject=str(message["subject"] or ""),
        sender=str(message["from"] or ""),
        to=str(message["to"] or ""),
        sent_at=_date(str(message["date"] or "")),
        text=_body(message, "plain"),
        html=_body(message, "html"),
    )


def _date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)  # "-0000" is parsed as naive


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part is not None else ""
