"""What is said about a submission: between reviewers and partner, and among reviewers alone."""

from __future__ import annotations

from enum import StrEnum

from django.conf import settings
from django.db import models

from fondaco.accounts.models import Person
from fondaco.kit import clock
from fondaco.kit.fields import IdField
from fondaco.review.models.submission import Submission


class Side(StrEnum):
    REVIEWER = "reviewer"
    PARTNER = "partner"

    @property
    def other(self) -> Side:
        """Whom a message of this side is for."""
        return Side.PARTNER if self is Side.REVIEWER else Side.REVIEWER


class ReviewMessage(models.Model):
    """One message of the conversation. ``message_id`` is that of the mail it came in, else of the mail it went out in.

    ``left_out`` counts attachments of a mail, which are never taken in.
    """

    id = IdField()
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="messages")
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    side = models.CharField(max_length=10, choices=[(side.value, side.value) for side in Side])
    is_question = models.BooleanField(default=False)
    text = models.TextField(max_length=5000)
    message_id = models.CharField(max_length=255, unique=True)
    in_reply_to = models.CharField(max_length=255, blank=True)
    came_by_mail = models.BooleanField(default=False)
    left_out = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["submission", "created_at"], name="review_message_thread")]

    def __str__(self) -> str:
        return f"{self.author}: {self.text[:40]}"

    @property
    def outgoing_id(self) -> str:
        """The Message-ID of the mail that tells the other side; never that of somebody else's mail."""
        return f"<review-{self.pk.hex}@{settings.REPLY_DOMAIN}>"


class InternalNote(models.Model):
    """What reviewers tell each other. No query, page, mail or answer for partners reads this table."""

    id = IdField()
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(max_length=5000)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return f"{self.author}: {self.text[:40]}"
