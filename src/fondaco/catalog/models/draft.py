"""What somebody is typing into a form of an app right now."""

from __future__ import annotations

import json

from django.db import models

from fondaco.accounts.models import Person
from fondaco.catalog.states import Part
from fondaco.kit import clock
from fondaco.kit.fields import IdField, SealedField

Entries = dict[str, list[str]]


class EditingDraft(models.Model):
    """One person's open form: what they typed and did not save, and that they are there at all.

    ``subject_id`` is the version, the app or the plan that the form is about, as ``part`` says. ``entries`` are the
    fields as they were typed, right or wrong, by name; None when nothing differs from what is saved. They are sealed,
    because log-ins for testing are among them. ``base`` says what each field was when the person began, by its
    fingerprint, so that both sides of a conflict are known.
    """

    id = IdField()
    part = models.CharField(max_length=10, choices=[(part.value, part.value) for part in Part])
    subject_id = models.UUIDField()
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    base_revision = models.PositiveIntegerField()
    base = models.JSONField(default=dict)
    sealed = SealedField(null=True, blank=True)
    typed_at = models.DateTimeField(null=True, blank=True)  # when the entries changed last
    seen_at = models.DateTimeField(default=clock.now)  # when the form was open last

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject_id", "part", "person"], name="editing_draft_one_per_person")
        ]
        indexes = [models.Index(fields=["seen_at"], name="editing_draft_seen")]

    def __str__(self) -> str:
        return f"what {self.person} types into {self.part} of {self.subject_id}"

    @property
    def entries(self) -> Entries | None:
        """The fields as typed, or None."""
        return None if self.sealed is None else json.loads(self.sealed)
