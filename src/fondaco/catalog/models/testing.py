"""Who may install what is not available yet: the link of a version, and the accounts that test an app."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models

from fondaco.accounts.models import Account
from fondaco.audit.status import Stateful
from fondaco.catalog.lifecycle_states import OPEN_TESTER, TESTER, TesterStatus
from fondaco.catalog.models.app import App
from fondaco.catalog.models.version import Version
from fondaco.kit import clock
from fondaco.kit.fields import IdField, SealedField


class InstallLink(models.Model):
    """The secret in the installation link of a version. Sealed, not hashed: the partner copies it again and again."""

    version = models.OneToOneField(Version, on_delete=models.CASCADE, primary_key=True, related_name="install_link")
    token = SealedField()
    made_by = models.CharField(max_length=100)
    made_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"installation link of {self.version}"


class AppTester(Stateful):
    """An account that a partner invited to try its app in any state, and what the account said to it."""

    MACHINE = TESTER

    id = IdField()
    app = models.ForeignKey(App, on_delete=models.CASCADE, related_name="testers")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="tested_apps")
    invited_by = models.CharField(max_length=100)
    answered_by = models.CharField(max_length=100, blank=True)
    note = models.TextField(max_length=1000, blank=True)  # read by the account's administrators
    created_at = models.DateTimeField(default=clock.now, editable=False)
    status = TESTER.column()

    class Meta:
        constraints = [
            TESTER.constraint("app_tester_status"),
            models.UniqueConstraint(
                fields=["app", "account"], condition=models.Q(status__in=OPEN_TESTER), name="app_tester_once"
            ),
        ]
        indexes = [models.Index(fields=["account", "status"], name="app_tester_by_account")]

    def __str__(self) -> str:
        return f"{self.account} tests {self.app}"

    @property
    def is_invited(self) -> bool:
        """Whether the account is to answer."""
        return self.status == TesterStatus.INVITED

    @property
    def is_testing(self) -> bool:
        return self.status == TesterStatus.ACCEPTED

    def audit_scope(self) -> Mapping[str, Any]:
        return {"account_id": self.account_id, "partner_id": self.app.partner_id}
