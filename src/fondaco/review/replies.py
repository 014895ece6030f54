"""Where people answer mails of a review."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from fondaco.kit import replies
from fondaco.review.models import Side

SIDES: Final = {Side.REVIEWER: "r", Side.PARTNER: "p"}


def reply_address(submission_id: UUID, side: Side) -> str:
    """The address of one conversation and one side."""
    return replies.reply_address(submission_id, SIDES[side])
