"""Reading a mail that somebody sent in answer: who, to which conversation, what they wrote above what they quote.

Pure: bytes in, :class:`Reply` out. What is no answer of a person (bounces, absence notes, lists) is found by its
headers (RFC 3834, RFC 3464).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import policy
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesParser
from hashlib import sha256
from html.parser import HTMLParser
from typing import Final

from django.utils.translation import gettext as _

from fondaco.kit.replies.errors import ReplyUnreadable

MOST_BYTES: Final = 10 * 1024 * 1024
MARK: Final = "##-"  # a line in each mail of ours; whatever stands below it is quoted
_RECIPIENTS: Final = ("Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc")
_BULK: Final = frozenset({"bulk", "junk", "list", "auto_reply"})
_MACHINES: Final = frozenset({"mailer-daemon", "postmaster", "no-reply", "noreply"})
_MOST_ID: Final = 255
# “On 3 May 2026, Mara <mara@…> wrote:” in its many languages ends in a colon and holds an address or a year.
_ATTRIBUTION: Final = re.compile(r"^(?=.*(?:@|\b(?:19|20)\d\d\b)).{1,400}:$", re.DOTALL)
_SEPARATOR: Final = re.compile(r"^(?:-{2,}\s*\w[^\n]*-{2,}|_{10,})$")
_HEADER_BLOCK: Final = re.compile(r"^\*?(?:From|Von|De|Da|Van|Från|Od):\*?\s.*@", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reply:
    """A mail as the conversation needs it. ``recipients`` are all addresses that it may have arrived at."""

    sender: str
    recipients: tuple[str, ...]
    message_id: str
    in_reply_to: str
    text: str
    left_out: int
    is_automatic: bool


def read_reply(raw: bytes) -> Reply:
    """Parses one RFC 5322 message; raises :class:`ReplyUnreadable` when there is nothing to understand in it."""
    if len(raw) > MOST_BYTES:
        raise ReplyUnreadable(problem=_("It is larger than 10 MB."))
    try:
        mail = BytesParser(policy=policy.default).parsebytes(raw)
        sender = _addresses(mail, "From")
        if len(sender) != 1:
            raise ReplyUnreadable(problem=_("It does not say who sent it."))
        text, left_out = _text(mail)
        return Reply(
            sender=sender[0],
            recipients=tuple(dict.fromkeys(one for name in _RECIPIENTS for one in _addresses(mail, name))),
            message_id=_id(mail, "Message-ID") or f"<{sha256(raw).hexdigest()}@unnamed>",
            in_reply_to=_id(mail, "In-Reply-To"),
            text=strip_quoted(text),
            left_out=left_out,
            is_automatic=_is_automatic(mail, sender[0]),
        )
    except (MessageError, LookupError, ValueError, AttributeError, TypeError) as problem:
        raise ReplyUnreadable(problem=_("It is damaged.")) from problem


def strip_quoted(text: str) -> str:
    """What somebody wrote themselves: nothing from the quotation or the signature on."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ").split("\n")
    kept: list[str] = []
    for number, line in enumerate(lines):
        clean = line.strip()
        if line in {"--", "-- "} or MARK in clean or _SEPARATOR.match(clean) or _HEADER_BLOCK.match(clean):
            break
        if _begins_quotation(lines, number):
            break
        kept.append(line.rstrip())
    while kept and (not kept[-1] or kept[-1].startswith(">")):
        kept.pop()
    return "\n".join(line for line in kept if not line.startswith(">")).strip()


def shorten(text: str, most: int) -> str:
    """At most that many characters, and a sign where something is missing."""
    return text if len(text) <= most else text[: most - 2] + " …"


def _begins_quotation(lines: list[str], number: int) -> bool:
    """Whether an attribution of one to three lines begins here and a quotation follows it."""
    for length in (1, 2, 3):
        window = [line.strip() for line in lines[number : number + length]]
        if all(window) and _ATTRIBUTION.match(" ".join(window)):
            after = next((line for line in lines[number + length :] if line.strip()), "")
            if after.startswith(">") or MARK in after:
                return True
    return False


def _is_automatic(mail: EmailMessage, sender: str) -> bool:
    submitted = str(mail.get("Auto-Submitted", "no")).split(";")[0].strip().lower()
    return (
        submitted != "no"
        or str(mail.get("Return-Path", "")).strip() == "<>"
        or str(mail.get("Precedence", "")).strip().lower() in _BULK
        or mail.get_content_type() in {"multipart/report", "message/delivery-status"}
        or any(name in mail for name in ("X-Autoreply", "X-Autorespond", "X-Failed-Recipients", "List-Id"))
        or sender.partition("@")[0] in _MACHINES
    )


def _addresses(mail: EmailMessage, name: str) -> list[str]:
    found = []
    for header in mail.get_all(name, []):
        parsed: tuple[Address, ...] = getattr(header, "addresses", ())
        found += [one.addr_spec for one in parsed] or [str(header).strip().strip("<>")]
    return [address.lower() for address in found if "@" in address]


def _id(mail: EmailMessage, name: str) -> str:
    words = str(mail.get(name, "")).split()
    return words[0][:_MOST_ID] if words else ""


def _text(mail: EmailMessage) -> tuple[str, int]:
    """The words of the mail, and how many attachments are left out. Text goes before HTML."""
    body = mail.get_body(preferencelist=("plain", "html"))
    left_out = sum(1 for _part in mail.iter_attachments()) if mail.is_multipart() else 0
    if body is None:
        return "", left_out
    content = body.get_content()
    if not isinstance(content, str):
        return "", left_out
    return (_Words.of(content) if body.get_content_type() == "text/html" else content), left_out


class _Words(HTMLParser):
    """The text of a mail that is only HTML; block quotes are quotations."""

    _BLOCKS: Final = frozenset({"p", "div", "br", "li", "tr", "h1", "h2", "h3"})
    _SKIPPED: Final = frozenset({"style", "script", "head", "title", "blockquote"})

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.depth = 0

    @classmethod
    def of(cls, html: str) -> str:
        parser = cls()
        parser.feed(html)
        parser.close()
        lines = (" ".join(line.split()) for line in "".join(parser.pieces).split("\n"))
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self._SKIPPED:
            self.depth += 1
        elif tag in self._BLOCKS:
            self.pieces.append("\n\n" if tag == "p" else "\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._SKIPPED:
            self.depth = max(0, self.depth - 1)

    def handle_data(self, data: str) -> None:
        if not self.depth:
            self.pieces.append(data.replace("\n", " "))
