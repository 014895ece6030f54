"""What mails of a conversation have in common: they can be answered by mail, and mail programs show them as one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Protocol

from django.conf import settings
from django.utils.translation import gettext as _

from fondaco.kit.replies import MARK

_MOST_REFERENCES: Final = 20


class Said(Protocol):
    """A message of a conversation."""

    message_id: str
    side: str

    @property
    def outgoing_id(self) -> str:
        """The Message-ID of the mail that tells others of it."""


def answering(address: str) -> dict[str, Any]:
    """What lets people answer a letter by mail to ``address``; nothing where the house takes in no mails."""
    if not settings.ACCEPTS_REPLIES:
        return {}
    return {
        "opening": _("%(mark)s Answer above this line, or on the page below.") % {"mark": MARK},
        "reply_to": address,
    }


def threading(earlier: Sequence[Said], *, to: str, outgoing_id: str = "") -> dict[str, str]:
    """Headers of a mail to the side ``to`` after what was said ``earlier``, oldest first (RFC 5322, 3.6.4).

    ``outgoing_id`` is its own Message-ID, when it tells of a message.
    """
    references: list[str] = []
    for one in earlier:
        references += [one.message_id] if one.message_id == one.outgoing_id else [one.message_id, one.outgoing_id]
    headers = {"Message-ID": outgoing_id} if outgoing_id else {}
    if references:
        # A message that came by mail is known to its own side by that mail's id, and to others by ours.
        headers["In-Reply-To"] = earlier[-1].message_id if earlier[-1].side == to else references[-1]
        headers["References"] = " ".join(references[-_MOST_REFERENCES:])
    return headers
