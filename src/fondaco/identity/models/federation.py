"""An account's own OpenID provider, whose people it knows, and which role they get."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from fondaco.accounts.models import Account, Person, Role
from fondaco.kit import clock
from fondaco.kit.fields import IdField, SealedField

EVERYTHING = "*"  # in ``vouches_for``


class IdentityProvider(models.Model):
    """The OpenID provider that an account's people sign in with; one for each account.

    ``vouches_for`` are the permissions of whoever saved it last, ``*`` after an administrator. For people who may do
    more, its word alone is not enough, because whoever sets up a provider can make it say that they are anyone.
    ``metadata`` and ``keys`` are what the provider published, kept for a while.
    """

    id = IdField()
    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="identity_provider")
    name = models.CharField(max_length=60)  # on the button
    issuer = models.CharField(max_length=500)
    client_id = models.CharField(max_length=255)
    client_secret = SealedField(null=True, blank=True)  # none for a public client
    allowed_domains = ArrayField(models.CharField(max_length=253), default=list, blank=True)  # empty: any
    default_role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    role_claim = models.CharField(max_length=100, blank=True)
    is_required = models.BooleanField(default=False)  # but administrators keep their password, to mend it
    is_enabled = models.BooleanField(default=False)
    vouches_for = ArrayField(models.CharField(max_length=40), default=list)
    revision = models.PositiveIntegerField(default=0)
    metadata = models.JSONField(null=True, blank=True)
    metadata_at = models.DateTimeField(null=True, blank=True)
    keys = models.JSONField(null=True, blank=True)
    keys_at = models.DateTimeField(null=True, blank=True)
    created_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(default=clock.now, editable=False)

    def __str__(self) -> str:
        return self.name

    def vouches(self, role: Role) -> bool:
        """Whether this provider's word is enough to let in someone with ``role``."""
        return EVERYTHING in self.vouches_for or {one.value for one in role.granted} <= set(self.vouches_for)

    def demands(self, role: Role) -> bool:
        """Whether people with ``role`` must come through this provider."""
        return self.is_enabled and self.is_required and not role.is_admin

    def audit_scope(self) -> Mapping[str, Any]:
        """Whom facts about it belong to."""
        return {"account_id": self.account_id}


class RoleMapping(models.Model):
    """People whose claim has ``value`` get ``role``; of several that fit, the first by ``position``."""

    id = IdField()
    provider = models.ForeignKey(IdentityProvider, on_delete=models.CASCADE, related_name="role_mappings")
    position = models.PositiveIntegerField()
    value = models.CharField(max_length=200)
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["provider", "value"], name="role_mapping_one_role_for_a_value"),
        ]

    def __str__(self) -> str:
        return f"{self.value} → {self.role}"


class FederatedIdentity(models.Model):
    """Who a provider's ``subject`` is here. With the issuer, since another one may use the same subject for another.

    ``is_confirmed`` once the person showed their password: then the provider's word is enough whatever their role.
    """

    id = IdField()
    provider = models.ForeignKey(IdentityProvider, on_delete=models.CASCADE, related_name="identities")
    issuer = models.CharField(max_length=500)
    subject = models.CharField(max_length=255)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="federated_identities")
    is_confirmed = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "issuer", "subject"], name="federated_identity_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person} at {self.issuer}"
