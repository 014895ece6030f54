"""OAuth clients and their credential sets.

A client stands for a program in one account; what it shows at the token endpoint is a *credential set* with a client
id of its own, so that two sets can be valid while the partner moves from one to the other (DOMAIN 2.8).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, QuerySet

from fondaco.accounts.models import Account, Person
from fondaco.audit.status import Stateful
from fondaco.catalog.models import App, IdTokenAlgorithm, Version
from fondaco.identity.models.cutoff import Cutoff
from fondaco.identity.states import CLIENT, CREDENTIALS, ClientStatus, CredentialStatus, CutoffStatus
from fondaco.kit import clock
from fondaco.kit.fields import IdField


class ClientKind(StrEnum):
    INSTALLATION = "installation"  # made by an installation; its consent was given by the installing admin
    PORTAL = "portal"  # made by hand, for access to one's own account (DOMAIN 3.9)
    OPERATOR = "operator"  # an API of the operator's own: gets no tokens, may ask about those of every account


class OAuthClient(Stateful):
    """A program with access to one account. Tokens issued before ``tokens_valid_after`` are dead."""

    MACHINE = CLIENT

    id = IdField()
    kind = models.CharField(max_length=12, choices=[(kind.value, kind.value) for kind in ClientKind])
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="oauth_clients")
    # Of an installation: what it runs, so that one row keeps out every program of an app or a version.
    app = models.ForeignKey(App, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=100)
    scopes = ArrayField(models.CharField(max_length=60), default=list)
    grant_types = ArrayField(models.CharField(max_length=40), default=list)
    redirect_uris = ArrayField(models.URLField(max_length=500), default=list)
    is_public = models.BooleanField(default=False)  # keeps no secret, e.g. an app on a phone; must use PKCE
    backchannel_logout_url = models.URLField(max_length=500, blank=True)  # told when a user's session ends
    id_token_signed_response_alg = models.CharField(  # its logout tokens, too
        max_length=5,
        choices=[(each.value, each.value) for each in IdTokenAlgorithm],
        default=IdTokenAlgorithm.ES256.value,
        db_default=IdTokenAlgorithm.ES256.value,
    )
    tokens_valid_after = models.DateTimeField(default=clock.now)
    revision = models.PositiveIntegerField(default=0)  # of what people set by hand; an editor says which one they saw
    updated_by = models.CharField(max_length=100, blank=True)
    responsible = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")  # of the portal's
    created_at = models.DateTimeField(default=clock.now, editable=False)
    status = CLIENT.column()

    class Meta:
        constraints = [
            CLIENT.constraint("oauth_client_status"),
            models.CheckConstraint(
                condition=~models.Q(kind=ClientKind.OPERATOR.value) | models.Q(grant_types=[], is_public=False),
                name="oauth_client_of_operator_gets_no_tokens",
            ),
            models.CheckConstraint(
                condition=models.Q(id_token_signed_response_alg__in=[each.value for each in IdTokenAlgorithm]),
                name="oauth_client_id_token_algorithm",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def may_sign_users_in(self) -> bool:
        """User-level grants are refused while suspended (DOMAIN 3.4)."""
        return self.status == ClientStatus.ACTIVE

    @property
    def may_get_tokens(self) -> bool:
        """A suspended client still answers operations, so only revocation closes the token endpoint."""
        return self.status != ClientStatus.REVOKED

    def find_cutoffs(self, *, issued_at: datetime | None = None) -> QuerySet[Cutoff]:
        """Those that keep it out now; with ``issued_at`` also those that ended what was issued then."""
        covers = Q(client=self)
        if self.version_id:
            covers |= Q(version=self.version_id)
        if self.app_id:
            covers |= Q(app=self.app_id)
        counts = Q(status=CutoffStatus.IN_FORCE)
        if issued_at is not None:
            counts |= Q(lifted_at__gt=issued_at)
        return Cutoff.objects.filter(covers, counts)

    def audit_scope(self) -> Mapping[str, Any]:
        return {"account_id": self.account_id}


class CredentialSet(Stateful):
    """One client id with its secret and key pair. The private key is never kept: it leaves in a sealed message.

    A public client's set has no secret; a portal client's has a key pair only once its owner asked for one.
    """

    MACHINE = CREDENTIALS

    id = IdField()
    client = models.ForeignKey(OAuthClient, on_delete=models.CASCADE, related_name="credential_sets")
    wire_client_id = models.CharField(max_length=32, unique=True)  # what the wire calls client_id
    secret_hash = models.CharField(max_length=120, blank=True)
    key_id = models.CharField(max_length=32, unique=True)
    key_algorithm = models.CharField(max_length=5, default="ES256")
    public_key = models.TextField(blank=True)  # base64 SPKI DER, as on the wire
    expires_at = models.DateTimeField(null=True, blank=True)  # set when a newer set replaces this one
    last_used_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    status = CREDENTIALS.column()

    class Meta:
        constraints = [CREDENTIALS.constraint("credential_set_status")]

    def __str__(self) -> str:
        return self.wire_client_id

    @property
    def is_usable(self) -> bool:
        """Whether the set proves its client: client alive and not cut off, set neither revoked nor past its overlap."""
        return (
            self.client.may_get_tokens
            and self.status != CredentialStatus.REVOKED
            and not self.is_past_overlap
            and not self.is_cut_off
        )

    @property
    def is_past_overlap(self) -> bool:
        """Whether a newer set has replaced this one for good, in the account's time (DOMAIN 2.8)."""
        return self.expires_at is not None and self.expires_at <= clock.now(self.client.account_id)

    @property
    def is_cut_off(self) -> bool:
        """Whether an operator keeps its program out; a query may have asked (``identity.sets``)."""
        known = getattr(self, "has_cutoff", None)
        return self.client.find_cutoffs(issued_at=self.created_at).exists() if known is None else bool(known)

    def audit_scope(self) -> Mapping[str, Any]:
        return {"account_id": self.client.account_id}
