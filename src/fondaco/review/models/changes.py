"""What a rejection asks the partner to change, one row each, and the reasons that reviewers keep for that."""

from __future__ import annotations

from enum import StrEnum

from django.db import models

from fondaco.kit import clock
from fondaco.kit.fields import IdField
from fondaco.review.models.submission import Submission


class ChangeKind(StrEnum):
    """What a requested change is about: a field of the content, or the finding of a check."""

    FIELD = "field"
    CHECK = "check"


class RequestedChange(models.Model):
    """One thing to mend. ``addressed_in`` is the later submission in which this field was another."""

    id = IdField()
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="changes")
    kind = models.CharField(max_length=5, choices=[(kind.value, kind.value) for kind in ChangeKind])
    subject = models.CharField(max_length=60)  # the field's name or the check's id
    text = models.TextField(max_length=2000)
    position = models.PositiveSmallIntegerField(default=0)
    addressed_in = models.ForeignKey(Submission, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}: {self.text[:40]}"


class KeptReason(models.Model):
    """Words that reviewers use again and again. ``track`` is empty when they fit both."""

    id = IdField()
    track = models.CharField(max_length=10, blank=True)
    title = models.CharField(max_length=80)
    text = models.TextField(max_length=2000)
    revision = models.PositiveIntegerField(default=0)
    updated_by = models.CharField(max_length=100)
    updated_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["title"]
        constraints = [models.UniqueConstraint(fields=["title"], name="kept_reason_title_unique")]

    def __str__(self) -> str:
        return self.title
