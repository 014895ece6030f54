"""Partners whose listing changes may pass without a reviewer, and what the policy said about each of them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from fondaco.accounts.models import Person
from fondaco.kit import clock
from fondaco.kit.fields import IdField
from fondaco.partners.models import Partner
from fondaco.review.models.sample import Sample
from fondaco.review.models.submission import Submission
from fondaco.review.states import PolicyOutcome


class Trust(models.Model):
    """An operator's word, until a day or until it is withdrawn. Never deleted: decisions stand on it."""

    id = IdField()
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="trusts")
    reason = models.TextField(max_length=1000)
    until = models.DateTimeField()
    given_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(default=clock.now, editable=False)
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    withdrawn_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawal_reason = models.TextField(max_length=1000, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["partner"], condition=models.Q(withdrawn_at__isnull=True), name="trust_once_per_partner"
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | models.Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="trust_withdrawn_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"trust in {self.partner}"

    @property
    def is_in_force(self) -> bool:
        """Whether the policy may stand on it now."""
        return self.withdrawn_at is None and self.until > clock.now()


class PolicyDecision(models.Model):
    """What the policy said about one submission of a trusted partner; ``objections`` are in words."""

    submission = models.OneToOneField(
        Submission, on_delete=models.CASCADE, primary_key=True, related_name="policy_decision"
    )
    trust = models.ForeignKey(Trust, on_delete=models.PROTECT, related_name="decisions")
    outcome = models.CharField(max_length=10, choices=[(one.value, one.value) for one in PolicyOutcome])
    objections = ArrayField(models.CharField(max_length=300), default=list, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(outcome="declined") & ~models.Q(objections=[])
                | models.Q(outcome__in=["approved", "sampled"], objections=[]),
                name="policy_decision_says_why",
            )
        ]

    def __str__(self) -> str:
        return f"{self.outcome}: {self.submission}"

    @property
    def sample(self) -> Sample | None:
        """What a person looks at afterwards, or did."""
        return getattr(self.submission, "sample", None)
