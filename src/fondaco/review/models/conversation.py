"""What is said about a submission: between reviewers and partner, and among reviewers alone."""

from __future__ import annotations

from enum import StrEnum

from django.db import models

from fondaco.accounts.speaking import Message, Note
from fondaco.review.models.submission import Submission


class Side(StrEnum):
    REVIEWER = "reviewer"
    PARTNER = "partner"

    @property
    def other(self) -> Side:
        """Whom a message of this side is for."""
        return Side.PARTNER if self is Side.REVIEWER else Side.REVIEWER


class ReviewMessage(Message):
    """One message of the conversation."""

    CONVERSATION = "review"

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="messages")
    side = models.CharField(max_length=10, choices=[(side.value, side.value) for side in Side])
    is_question = models.BooleanField(default=False)

    class Meta(Message.Meta):
        indexes = [models.Index(fields=["submission", "created_at"], name="review_message_thread")]


class InternalNote(Note):
    """What reviewers tell each other. No query, page, mail or answer for partners reads this table."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="notes")
