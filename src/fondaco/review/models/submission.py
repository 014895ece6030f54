"""Submissions: one per time that a track is sent in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models

from fondaco.accounts.models import Person
from fondaco.audit.status import Stateful
from fondaco.catalog.models import Version
from fondaco.catalog.states import Track
from fondaco.kit import clock
from fondaco.kit.fields import IdField
from fondaco.review.states import SUBMISSION


class Submission(Stateful):
    """One track of a version in the queue, and the decision on it."""

    MACHINE = SUBMISSION

    id = IdField()
    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="submissions")
    track = models.CharField(max_length=10, choices=[(track.value, track.value) for track in Track])
    submitted_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(max_length=2000, blank=True)  # what the partner says to the reviewer
    decided_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    feedback = models.TextField(max_length=5000, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    status = SUBMISSION.column()

    class Meta:
        constraints = [
            SUBMISSION.constraint("submission_status"),
            models.UniqueConstraint(
                fields=["version", "track"], condition=models.Q(status="open"), name="submission_one_open"
            ),
        ]
        indexes = [models.Index(fields=["status", "created_at"], name="submission_queue")]

    def __str__(self) -> str:
        return f"{self.track} of {self.version}"

    def audit_scope(self) -> Mapping[str, Any]:
        return {"partner_id": self.version.app.partner_id}
