"""Submissions: one per time that a track is sent in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext as _

from fondaco.accounts.models import Person
from fondaco.audit.status import Stateful
from fondaco.catalog.models import Version
from fondaco.catalog.states import Track
from fondaco.kit import clock
from fondaco.kit.fields import IdField
from fondaco.review.states import SUBMISSION, SubmissionStatus

_OPEN = models.Q(status="open")
_DECIDED = models.Q(status__in=["approved", "rejected"])


class Submission(Stateful):
    """One track of a version in the queue, who works on it, and the decision on it.

    ``content`` is what was sent in (``review.snapshots``), so that the next one can be compared with it. ``due_at``
    moves on while the partner is asked: from ``waiting_since`` until they answer.
    """

    MACHINE = SUBMISSION

    id = IdField()
    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="submissions")
    track = models.CharField(max_length=10, choices=[(track.value, track.value) for track in Track])
    submitted_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(max_length=2000, blank=True)  # what the partner says to the reviewer
    content = models.JSONField(default=dict, editable=False)
    risk = models.PositiveSmallIntegerField(default=0)
    risk_reasons = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    approvals_needed = models.PositiveSmallIntegerField(default=1)
    due_at = models.DateTimeField(default=clock.now)
    is_overdue = models.BooleanField(default=False)
    taken_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    taken_at = models.DateTimeField(null=True)
    snoozed_until = models.DateTimeField(null=True)
    snooze_reason = models.CharField(max_length=300, blank=True)
    waiting_since = models.DateTimeField(null=True)  # for the partner's answer
    decided_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    feedback = models.TextField(max_length=5000, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    status = SUBMISSION.column()

    class Meta:
        constraints = [
            SUBMISSION.constraint("submission_status"),
            models.UniqueConstraint(fields=["version", "track"], condition=_OPEN, name="submission_one_open"),
            models.CheckConstraint(
                condition=models.Q(taken_by=None, taken_at=None)
                | models.Q(taken_by__isnull=False, taken_at__isnull=False),
                name="submission_taken_by_someone",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "created_at"], name="submission_queue"),
            models.Index(fields=["track", "created_at"], name="submission_by_age", condition=_OPEN),
            models.Index(fields=["track", "due_at"], name="submission_by_due", condition=_OPEN),
            models.Index(fields=["track", "-risk", "created_at"], name="submission_by_risk", condition=_OPEN),
            models.Index(fields=["taken_by"], name="submission_by_taker", condition=_OPEN),
            models.Index(fields=["track", "-status_changed_at"], name="submission_decided", condition=_DECIDED),
        ]

    def __str__(self) -> str:
        return f"{self.track} of {self.version}"

    @property
    def is_decided_by_policy(self) -> bool:
        """Whether no person decided, but the policy for trusted partners."""
        return self.status == SubmissionStatus.APPROVED and self.decided_by_id is None

    @property
    def decider(self) -> str:
        """Who decided, as pages say it; empty while nobody did."""
        if self.is_decided_by_policy:
            return _("the policy for trusted partners")
        return self.decided_by.name if self.decided_by else ""

    def audit_scope(self) -> Mapping[str, Any]:
        return {"partner_id": self.version.app.partner_id}

    @property
    def is_open(self) -> bool:
        """Whether it waits for a decision."""
        return self.status == SubmissionStatus.OPEN

    @property
    def is_snoozed(self) -> bool:
        """Whether it is put aside at this moment."""
        return self.is_open and self.snoozed_until is not None and self.snoozed_until > clock.now()

    @property
    def waits_for_partner(self) -> bool:
        """Whether a question to the partner is open."""
        return self.is_open and self.waiting_since is not None


class Approval(models.Model):
    """One reviewer's yes. As many different people as the submission asks for make it approved."""

    id = IdField()
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="approvals")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    comment = models.TextField(max_length=5000, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ["created_at"]
        constraints = [models.UniqueConstraint(fields=["submission", "person"], name="approval_once_per_person")]

    def __str__(self) -> str:
        return f"{self.person} agrees to {self.submission_id}"
