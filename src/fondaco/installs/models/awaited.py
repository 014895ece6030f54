"""Users who are to get a licence by an auto-install rule."""

from __future__ import annotations

from django.db import models

from fondaco.accounts.models import User
from fondaco.installs.models.installation import Installation
from fondaco.kit import clock
from fondaco.kit.fields import IdField


class AwaitedLicence(models.Model):
    """A user who newly fitted a rule. The row goes when they have the licence, or fit no rule any more.

    ``withheld_at`` is when a limit first kept it from them; the managers are told once.
    """

    id = IdField()
    installation = models.ForeignKey(Installation, on_delete=models.CASCADE, related_name="awaited_licences")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    withheld_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["installation", "user"], name="awaited_licence_once")]

    def __str__(self) -> str:
        return f"{self.user} awaits {self.installation}"
