"""Listings that passed by policy and were drawn, so that a person looks at them afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models

from fondaco.accounts.models import Person
from fondaco.audit.status import Stateful
from fondaco.kit import clock
from fondaco.review.models.submission import Submission
from fondaco.review.states import SAMPLE, SampleStatus


class Sample(Stateful):
    """One drawn submission, and what a person found; ``words`` are read by its partner when there is a problem."""

    MACHINE = SAMPLE

    submission = models.OneToOneField(Submission, on_delete=models.CASCADE, primary_key=True, related_name="sample")
    looked_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    words = models.TextField(max_length=1000, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    status = SAMPLE.column()

    class Meta:
        constraints = [
            SAMPLE.constraint("sample_status"),
            models.CheckConstraint(
                condition=models.Q(status="open") | models.Q(looked_by__isnull=False),
                name="sample_looked_at_by_someone",
            ),
        ]
        indexes = [models.Index(fields=["created_at"], condition=models.Q(status="open"), name="sample_queue")]

    def __str__(self) -> str:
        return f"sample of {self.submission}"

    def audit_scope(self) -> Mapping[str, Any]:
        return self.submission.audit_scope()

    @property
    def is_open(self) -> bool:
        """Whether nobody has looked yet."""
        return self.status == SampleStatus.OPEN
