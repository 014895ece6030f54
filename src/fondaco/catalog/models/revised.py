"""What people edit on one page and save at once."""

from __future__ import annotations

from django.db import models

from fondaco.kit import clock


class Revised(models.Model):
    """``revision`` grows with every save, so that two editors notice each other."""

    revision = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField(default=clock.now)
    updated_by = models.CharField(max_length=100, blank=True)

    class Meta:
        abstract = True

    def note_save(self, by: str) -> tuple[str, ...]:
        """The next revision is ``by``'s; the names of the fields to save along."""
        self.revision += 1
        self.updated_at = clock.now()
        self.updated_by = by
        return ("revision", "updated_at", "updated_by")
