"""Facts that happened, and the seals that make later changes to them visible."""

from __future__ import annotations

from django.db import models

from fondaco.audit.actor import ActorKind
from fondaco.kit.fields import IdField


class Event(models.Model):
    """One fact, one row. Never updated or deleted (a trigger refuses both)."""

    id = IdField()
    kind = models.CharField(max_length=60)
    occurred_at = models.DateTimeField()
    actor_kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in ActorKind])
    actor_id = models.CharField(max_length=64, blank=True)
    actor_label = models.CharField(max_length=200, blank=True)
    actor_address = models.CharField(max_length=45, blank=True)
    subject_type = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=64)
    account_id = models.CharField(max_length=24, blank=True)
    partner_id = models.UUIDField(null=True)
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["kind", "id"], name="event_by_kind"),
            models.Index(fields=["subject_type", "subject_id", "id"], name="event_by_subject"),
            models.Index(fields=["account_id", "id"], name="event_by_account", condition=~models.Q(account_id="")),
            models.Index(
                fields=["partner_id", "id"], name="event_by_partner", condition=models.Q(partner_id__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_type}:{self.subject_id}"


class Seal(models.Model):
    """The place of an event in the hash chain. Written after the event's commit, so that writers never wait for it."""

    position = models.BigIntegerField(primary_key=True)
    event_id = models.UUIDField(unique=True)  # no foreign key: a removed event must leave its seal behind
    hash = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"seal {self.position}"
