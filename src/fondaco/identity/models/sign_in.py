"""What is remembered of tries to sign in that failed."""

from __future__ import annotations

from django.db import models


class FailedTries(models.Model):
    """How often something was tried in vain, and until when the next try is refused (``actions.tries``).

    ``key_hash`` stands for what was tried and from where, so that no stranger's typing errors are kept.
    """

    key_hash = models.CharField(max_length=120, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField()
    paused_until = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(db_index=True)  # then it is forgotten

    def __str__(self) -> str:
        return f"{self.failures} failures"
