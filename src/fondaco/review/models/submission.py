"""Submissions: one per time that a track is sent in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext as _

from fondaco.accounts.models import Person
from fondaco.audit.status import Stateful
from fondaco.catalog.models import Version
from fondaco.catalog.states import Track
from fondaco.kit import clock
from fondaco.kit.fields import IdField
from fondaco.review.states import SUBMISSION, SubmissionStatus

if TYPE_CHECKING:
    from fondaco.review.models.trust import PolicyDecision


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

    @property
    def is_decided_by_policy(self) -> bool:
        """Whether no person decided, but the policy for trusted partners."""
        return self.status == SubmissionStatus.APPROVED and self.decided_by_id is None

    @property
    def policy(self) -> PolicyDecision | None:
        """What the policy said about it, when its partner was trusted."""
        return getattr(self, "policy_decision", None)

    @property
    def decider(self) -> str:
        """Who decided, as pages say it; empty while nobody did."""
        if self.is_decided_by_policy:
            return _("the policy for trusted partners")
        return self.decided_by.name if self.decided_by else ""

    def audit_scope(self) -> Mapping[str, Any]:
        return {"partner_id": self.version.app.partner_id}
