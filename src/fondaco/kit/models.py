"""Rows of the floor itself: what is due, how far clocks run ahead, how often something was asked and answered."""

from __future__ import annotations

from datetime import timedelta

from django.db import models

from fondaco.kit import clock
from fondaco.kit.fields import IdField, SealedField


class Deadline(models.Model):
    """Something that will happen. ``due_at`` never changes by itself; ``try_at`` moves on when the handler fails.

    Both are in the time of ``account_id`` when there is one, else in real time.
    """

    id = IdField()
    kind = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=64)
    account_id = models.CharField(max_length=64, null=True)
    due_at = models.DateTimeField()
    try_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "subject_id"], name="deadline_once_per_subject")]
        indexes = [
            models.Index(fields=["try_at"], name="deadline_by_time"),
            models.Index(
                fields=["account_id", "try_at"],
                name="deadline_by_account",
                condition=models.Q(account_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id} at {self.due_at.isoformat()}"


class ClockOffset(models.Model):
    """How far ahead of real time an account lives. Absent means not at all."""

    account_id = models.CharField(max_length=64, primary_key=True)
    offset = models.DurationField(default=timedelta(0))

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(offset__gte=timedelta(0)), name="clock_never_behind")]

    def __str__(self) -> str:
        return f"{self.account_id} +{self.offset}"


class RateBucket(models.Model):
    """One key's allowance: it is used up until ``full_at``, when the bucket is full again (see ``kit.rate``)."""

    key = models.CharField(max_length=200, primary_key=True)
    full_at = models.DateTimeField(db_index=True)
    admitted = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"{self.key} until {self.full_at.isoformat()}"


class IdempotentAnswer(models.Model):
    """What a caller was answered to a request that carried a key (see ``kit.idempotency``). Sealed: it may be a secret.

    ``key_hash`` stands for the caller and its key, ``request_hash`` for everything that was asked.
    """

    key_hash = models.CharField(max_length=64, primary_key=True)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    content_type = models.CharField(max_length=100)
    body = SealedField()
    created_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.status} to {self.key_hash[:8]}"


class CacheEntry(models.Model):
    """The table of Django's database cache, which all processes share (``settings.CACHES``); nothing else writes it."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.cache_key
