"""What was sent from a form when nobody was signed in any more."""

from __future__ import annotations

import json

from django.db import models

from fondaco.accounts.models import Person
from fondaco.kit.fields import IdField, SealedField


class KeptForm(models.Model):
    """The fields of a form that came after its session had ended, for the person who was signed in there before.

    ``browser_hash`` stands for a value that only that browser has. ``page`` is where the form stands and ``target``
    where it is sent; both are paths of this site. Passwords, secrets and files are never among the fields.
    """

    id = IdField()
    browser_hash = models.CharField(max_length=120)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    page = models.CharField(max_length=1000)
    target = models.CharField(max_length=1000)
    sealed = SealedField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["browser_hash", "target"], name="kept_form_one_per_target")]

    def __str__(self) -> str:
        return f"what {self.person} sent to {self.target}"

    @property
    def entries(self) -> dict[str, list[str]]:
        """The fields as they were sent."""
        found: dict[str, list[str]] = json.loads(self.sealed or b"{}")
        return found
