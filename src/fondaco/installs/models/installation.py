"""An app in an account, who may use it, and what the account consented to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.functional import cached_property

from fondaco.accounts.models import Account, User
from fondaco.audit.status import Stateful
from fondaco.catalog.models import App, Plan, Version
from fondaco.identity.models import OAuthClient
from fondaco.installs.states import (
    INSTALLATION,
    LAUNCHABLE,
    RETRYABLE,
    InstallationStatus,
    OperationKind,
    OperationStatus,
)
from fondaco.kit import clock
from fondaco.kit.fields import IdField


class Installation(Stateful):
    """One app in one account. ``version``, ``plan`` and ``total_licences`` are in force, never merely proposed."""

    MACHINE = INSTALLATION

    id = IdField()
    app = models.ForeignKey(App, on_delete=models.PROTECT, related_name="installations")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="installations")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="installations")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="installations")
    client = models.OneToOneField(OAuthClient, on_delete=models.PROTECT, related_name="installation")
    installed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    total_licences = models.PositiveIntegerField()
    auto_install_cap = models.PositiveIntegerField(null=True)  # people with a licence that rules may bring it to
    reason = models.TextField(max_length=1000, blank=True)  # of the status: the words that led to it
    created_at = models.DateTimeField(default=clock.now, editable=False)
    status = INSTALLATION.column()

    class Meta:
        constraints = [
            INSTALLATION.constraint("installation_status"),
            models.UniqueConstraint(
                fields=["app", "account"], condition=~models.Q(status="revoked"), name="installation_once_per_account"
            ),
        ]
        indexes = [models.Index(fields=["account", "status"], name="installation_by_account")]

    def __str__(self) -> str:
        return f"{self.app.name} at {self.account}"

    @property
    def can_be_launched(self) -> bool:
        """Whether licensed users get in; a client that may not sign users in belongs to a trial that is over."""
        works = self.status in LAUNCHABLE or self.is_update_broken
        return works and self.client.may_sign_users_in and not self.is_cut_off

    @cached_property
    def has_worked(self) -> bool:
        """Whether its partner ever approved it; a query may have asked (``annotate(was_approved=…)``)."""
        if "was_approved" in self.__dict__:
            return bool(self.__dict__["was_approved"])
        installs = self.operations.filter(kind=OperationKind.INSTALL, status=OperationStatus.APPROVED)
        return installs.exists()

    @property
    def is_update_broken(self) -> bool:
        """Whether a change could neither be completed nor be taken back. People go on; staff have to mend it."""
        return self.status == InstallationStatus.FAILED and self.has_worked

    @cached_property
    def cut_off_reason(self) -> str | None:
        """An operator's words, while its program is kept out; a query may have asked (``annotate(cutoff_words=…)``)."""
        if "cutoff_words" in self.__dict__:
            known: str | None = self.__dict__["cutoff_words"]
            return known
        return self.client.find_cutoffs().order_by("id").values_list("reason", flat=True).first()

    @property
    def is_cut_off(self) -> bool:
        """Whether an operator keeps its program out."""
        return self.cut_off_reason is not None

    @property
    def sorted_rules(self) -> list[AutoInstallRule]:
        """The auto-install rules in force, in the order in which they were made; as a query may have brought them."""
        return sorted(self.auto_install_rules.all(), key=lambda rule: rule.pk)

    @property
    def can_be_retried(self) -> bool:
        """Whether the customer may send a failed installation again."""
        return self.status in RETRYABLE and not self.is_update_broken

    @property
    def is_gone(self) -> bool:
        return self.status == InstallationStatus.REVOKED

    def audit_scope(self) -> Mapping[str, Any]:
        return {"account_id": self.account_id, "partner_id": self.app.partner_id}


class Licence(models.Model):
    """A user's right to launch an installed app."""

    id = IdField()
    installation = models.ForeignKey(Installation, on_delete=models.CASCADE, related_name="licences")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="licences")
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["installation", "user"], name="licence_once_per_user")]

    def __str__(self) -> str:
        return f"{self.user} in {self.installation}"


class AutoInstallRule(models.Model):
    """Who gets a licence without being picked. ``filter`` is one of all, role, roleid, none (DOMAIN 2.3)."""

    id = IdField()
    installation = models.ForeignKey(Installation, on_delete=models.CASCADE, related_name="auto_install_rules")
    filter = models.CharField(max_length=6)
    match = models.CharField(max_length=40, blank=True)

    def __str__(self) -> str:
        return f"{self.filter} {self.match}".strip()


class Grant(models.Model):
    """What an admin agreed to, in the words they saw. Kept for ever; clicking counted as an order (DOMAIN 7.4).

    The one in force says what the app may do. Consent to an upgrade comes into force with the partner's approval.
    """

    id = IdField()
    installation = models.ForeignKey(Installation, on_delete=models.CASCADE, related_name="grants")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+")
    scopes = ArrayField(models.CharField(max_length=60))
    consent_text = models.TextField()
    purchase_summary = models.JSONField()
    consented_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    consented_at = models.DateTimeField()
    address = models.CharField(max_length=45, blank=True)
    is_in_force = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["installation"], condition=models.Q(is_in_force=True), name="grant_one_in_force"
            )
        ]

    def __str__(self) -> str:
        return f"grant to {self.installation}"
