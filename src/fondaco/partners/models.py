"""Partners, their people, and how they became partners."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from django.db import models

from fondaco.accounts.models import Account, Person
from fondaco.accounts.permissions import Permission, narrow
from fondaco.audit.status import Stateful
from fondaco.kit import clock
from fondaco.kit.fields import IdField
from fondaco.kit.money import Money
from fondaco.partners.states import APPLICATION


class PartnerApplication(Stateful):
    """A request to become a partner, from the public form to the decision."""

    MACHINE = APPLICATION

    id = IdField()
    company_name = models.CharField(max_length=120)
    website = models.URLField(max_length=300)
    contact_name = models.CharField(max_length=100)
    contact_email = models.EmailField()
    intention = models.TextField(max_length=2000)  # what they will build
    decision_reason = models.TextField(max_length=2000, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    status = APPLICATION.column()

    class Meta:
        constraints = [
            APPLICATION.constraint("partner_application_status"),
            models.UniqueConstraint(
                fields=["contact_email"],
                condition=models.Q(status__in=["pending", "questioned"]),
                name="application_one_waiting",
            ),
        ]
        indexes = [models.Index(fields=["status", "created_at"], name="application_queue")]

    def __str__(self) -> str:
        return self.company_name

    def audit_scope(self) -> Mapping[str, Any]:
        return {}


class ApplicationMessage(models.Model):
    """One line of the conversation between the operator and an applicant."""

    id = IdField()
    application = models.ForeignKey(PartnerApplication, on_delete=models.CASCADE, related_name="messages")
    author_name = models.CharField(max_length=100)
    from_operator = models.BooleanField()
    text = models.TextField(max_length=4000)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ["created_at"]

    def __str__(self) -> str:
        return f"{self.author_name}: {self.text[:40]}"


class Partner(models.Model):
    """A third-party company that builds apps. Its developer account is a sandbox account of the platform."""

    id = IdField()
    name = models.CharField(max_length=120, unique=True)
    website = models.URLField(max_length=300)
    contact_email = models.EmailField()
    developer_account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="partner")
    application = models.OneToOneField(PartnerApplication, on_delete=models.PROTECT, null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    def __str__(self) -> str:
        return self.name


class MemberRole(StrEnum):
    OWNER = "owner"
    DEVELOPER = "developer"
    MARKETING = "marketing"
    FINANCE = "finance"


MEMBER_ROLES: Final[dict[MemberRole, frozenset[Permission]]] = {
    MemberRole.OWNER: frozenset(permission for permission in Permission if permission.startswith("partner.")),
    MemberRole.DEVELOPER: frozenset(
        {
            Permission.PARTNER_VIEW,
            Permission.PARTNER_APPS_EDIT,
            Permission.PARTNER_LISTING_EDIT,
            Permission.PARTNER_PUBLISH,
            Permission.PARTNER_CLIENTS_MANAGE,
            Permission.PARTNER_SUPPORT,
        }
    ),
    MemberRole.MARKETING: frozenset({Permission.PARTNER_VIEW, Permission.PARTNER_LISTING_EDIT}),
    MemberRole.FINANCE: frozenset({Permission.PARTNER_VIEW, Permission.PARTNER_REVENUE_VIEW}),
}


class Member(models.Model):
    """A person who works for a partner."""

    id = IdField()
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="members")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=[(role.value, role.value) for role in MemberRole])
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    narrowed_to: frozenset[str] | None = None  # what a personal access token leaves of it; never stored

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "person"], name="member_once_per_partner")]

    def __str__(self) -> str:
        return f"{self.person} ({self.role})"

    @property
    def permissions(self) -> frozenset[Permission]:
        """What this member's role allows: nothing once they left."""
        given = MEMBER_ROLES[MemberRole(self.role)] if self.is_active else frozenset()
        return narrow(given, self.narrowed_to)

    def can(self, permission: Permission) -> bool:
        """Whether this member is active and their role gives ``permission``."""
        return permission in self.permissions


class GrantKind(StrEnum):
    LICENCES = "licences"
    CREDIT = "credit"


class DeveloperGrant(models.Model):
    """What the platform gave a developer account: free licences, or credit in minor units. Never changed afterwards."""

    id = IdField()
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="developer_grants")
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in GrantKind])
    quantity = models.PositiveIntegerField(default=0)
    amount_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, default="USD")
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(
                    models.Q(kind="licences", quantity__gt=0, amount_minor=0)
                    | models.Q(kind="credit", quantity=0, amount_minor__gt=0)
                ),
                name="developer_grant_is_one_thing",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.account}"

    @property
    def amount(self) -> Money:
        """The credit; zero for licences."""
        return Money(self.amount_minor, self.currency)
