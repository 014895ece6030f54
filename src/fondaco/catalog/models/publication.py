"""A version that is to be made available at a set time."""

from __future__ import annotations

from django.db import models

from fondaco.catalog.models.version import Version
from fondaco.kit import clock
from fondaco.partners.models import Member


class PlannedPublication(models.Model):
    """When a version is to be made available, and in whose name. The row goes when it is, or when it is cancelled.

    ``failure`` says why it could not be at that time; then nothing is planned any more.
    """

    version = models.OneToOneField(
        Version, on_delete=models.CASCADE, primary_key=True, related_name="planned_publication"
    )
    due_at = models.DateTimeField()
    planned_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    planned_at = models.DateTimeField(default=clock.now, editable=False)
    failed_at = models.DateTimeField(null=True, editable=False)
    failure = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(failed_at__isnull=True, failure="")
                | models.Q(failed_at__isnull=False) & ~models.Q(failure=""),
                name="planned_publication_fails_with_words",
            )
        ]

    def __str__(self) -> str:
        return f"{self.version} at {self.due_at.isoformat()}"

    @property
    def is_waiting(self) -> bool:
        """Whether its time is still to come."""
        return self.failed_at is None
