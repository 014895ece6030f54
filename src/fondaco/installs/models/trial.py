"""The 30 days that every app may be tried for, once per account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models

from fondaco.accounts.models import Account
from fondaco.audit.status import Stateful
from fondaco.catalog.models import App
from fondaco.installs.models.installation import Installation
from fondaco.installs.states import TRIAL
from fondaco.kit.fields import IdField


class Trial(Stateful):
    """A trial of an app in an account; it runs from the partner's approval (DOMAIN 7.6)."""

    MACHINE = TRIAL

    id = IdField()
    app = models.ForeignKey(App, on_delete=models.PROTECT, related_name="trials")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="trials")
    installation = models.OneToOneField(Installation, on_delete=models.CASCADE, related_name="trial")
    subscription_name = models.CharField(max_length=40)
    started_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    reminded_days = models.PositiveSmallIntegerField(null=True, blank=True)  # of the last reminder before the end
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_reason = models.CharField(max_length=20, blank=True)  # trial_expired, app_uninstalled, plan_upgraded
    ended_by = models.CharField(max_length=10, blank=True)  # system, user
    status = TRIAL.column()

    class Meta:
        constraints = [
            TRIAL.constraint("trial_status"),
            # A trial that never started (the partner declined) does not use up the account's one trial.
            models.UniqueConstraint(
                fields=["app", "account"],
                condition=models.Q(started_at__isnull=False),
                name="trial_once_per_account",
            ),
        ]

    def __str__(self) -> str:
        return f"trial of {self.app} at {self.account}"

    def audit_scope(self) -> Mapping[str, Any]:
        return self.installation.audit_scope()
