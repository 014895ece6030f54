"""Taking in a mail that answers one of ours: it goes to whoever answers for the side in its token."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.db import IntegrityError, models
from django.utils.translation import gettext as _

from fondaco.kit.replies.addresses import parse_reply_address
from fondaco.kit.replies.errors import ReplyRefused, ReplyUnreadable
from fondaco.kit.replies.reading import Reply, read_reply

_MOST_LEFT_OUT = 999


class Outcome(StrEnum):
    TAKEN_IN = "taken in"
    DUPLICATE = "a duplicate"
    AUTOMATIC = "an automatic answer"


@dataclass(frozen=True, slots=True)
class Origin:
    """The mail that a message came in. ``left_out`` counts its attachments."""

    message_id: str
    in_reply_to: str = ""
    left_out: int = 0

    @classmethod
    def of(cls, reply: Reply) -> Origin:
        """What is kept of a mail beside its words."""
        return cls(reply.message_id, reply.in_reply_to, min(reply.left_out, _MOST_LEFT_OUT))


Taker = Callable[[Reply, UUID, str], Outcome]
_takers: dict[str, Taker] = {}


def takes_in(*sides: str) -> Callable[[Taker], Taker]:
    """Registers ``function(reply, conversation_id, side)`` for addresses of these sides, one letter each."""

    def register(taker: Taker) -> Taker:
        for side in sides:
            if _takers.setdefault(side, taker) is not taker:
                raise ValueError(f"answers of the side {side!r} have two takers")
        return taker

    return register


def receive_mail(*, raw: bytes, recipient: str = "") -> Outcome:
    """Makes one RFC 5322 message part of the conversation whose token it was sent to.

    ``recipient`` is the envelope's, when the mail server tells it. Its sender must be a person of the token's side.
    What was sent by a machine, or was taken in before, is dropped. Raises :class:`ReplyRefused`,
    :class:`ReplyUnreadable` and what writing a message raises.
    """
    reply = read_reply(raw)
    if reply.is_automatic:
        return Outcome.AUTOMATIC
    for address in (recipient, *reply.recipients):
        found = parse_reply_address(address)
        if found is not None and found[1] in _takers:
            return _takers[found[1]](reply, *found)
    raise ReplyRefused


def take_in_once(reply: Reply, messages: models.Manager[models.Model], write: Callable[[], object]) -> Outcome:
    """Lets ``write`` add the mail to ``messages``, unless one with its ``message_id`` is there."""
    known = messages.filter(message_id=reply.message_id)
    if known.exists():
        return Outcome.DUPLICATE
    if not reply.text:
        raise ReplyUnreadable(problem=_("There is no text of yours in it."))
    try:
        write()
    except IntegrityError:  # the same mail twice at the same moment
        if not known.exists():
            raise
        return Outcome.DUPLICATE
    return Outcome.TAKEN_IN
