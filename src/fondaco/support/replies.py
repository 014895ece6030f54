"""Where people answer mails about tickets."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from fondaco.kit import replies
from fondaco.support.states import Side

SIDES: Final = {Side.CUSTOMER: "c", Side.PARTNER: "t", Side.OPERATOR: "o"}


def reply_address(ticket_id: UUID, side: Side) -> str:
    """The address of one ticket and one side."""
    return replies.reply_address(ticket_id, SIDES[side])
