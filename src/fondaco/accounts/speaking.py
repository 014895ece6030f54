"""What people write to each other, whatever it is about: abstract, each conversation has tables of its own."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from fondaco.accounts.models import Person
from fondaco.kit import clock
from fondaco.kit.fields import IdField


class Note(models.Model):
    """What one side writes for itself."""

    id = IdField()
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(max_length=5000)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        abstract = True
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return f"{self.author}: {self.text[:40]}"


class Message(Note):
    """What the other sides read, here and by mail.

    ``message_id`` is that of the mail it came in, else of the mail it went out in. ``left_out`` counts attachments of a
    mail, which are never taken in.
    """

    CONVERSATION: ClassVar[str]  # in the Message-IDs of its mails

    message_id = models.CharField(max_length=255, unique=True)
    in_reply_to = models.CharField(max_length=255, blank=True)
    came_by_mail = models.BooleanField(default=False)
    left_out = models.PositiveSmallIntegerField(default=0)

    class Meta(Note.Meta):
        abstract = True

    @property
    def outgoing_id(self) -> str:
        """The Message-ID of the mail that tells the other sides; never that of somebody else's mail."""
        return f"<{self.CONVERSATION}-{self.pk.hex}@{settings.REPLY_DOMAIN}>"
