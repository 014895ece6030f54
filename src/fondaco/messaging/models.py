"""Messages to partners, and every try to deliver them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.db import models

from fondaco.audit.status import Stateful
from fondaco.identity.models import CredentialSet
from fondaco.installs.models import Installation, Operation
from fondaco.kit import clock
from fondaco.kit.fields import IdField, SealedField
from fondaco.messaging.states import DELIVERY


class EventSigningKey(models.Model):
    """The P-256 key that signs deliveries; partners fetch the public half by its id (DOMAIN 1.6)."""

    id = IdField()
    private_key = SealedField()  # PKCS#8 DER
    public_key = models.TextField()  # base64 SPKI DER
    retired_at = models.DateTimeField(null=True, blank=True)  # still served for 30 days
    created_at = models.DateTimeField(default=clock.now, editable=False)

    def __str__(self) -> str:
        return self.id.hex


class Message(models.Model):
    """One event for one installation. Its id is the event id on the wire and the same in every try.

    ``body`` is set when the message holds secrets: the exact bytes to send, sealed, until they are delivered or a week
    old. ``public_body`` is the exact text without secrets, for ever. Text, not jsonb, which would re-order its keys.
    """

    id = IdField()
    installation = models.ForeignKey(Installation, on_delete=models.CASCADE, related_name="messages")
    operation = models.ForeignKey(Operation, on_delete=models.CASCADE, null=True, related_name="messages")
    sequence = models.PositiveIntegerField()  # counts from 1 in each installation, so that gaps are visible
    type = models.CharField(max_length=40)
    body = SealedField(null=True)
    public_body = models.TextField()
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["installation", "sequence"], name="message_sequence")]

    def __str__(self) -> str:
        return f"{self.type} {self.id.hex}"

    @property
    def wire_body(self) -> bytes:
        """What is sent, the same in every try; once the secrets are gone, the body without them."""
        return self.public_body.encode() if self.body is None else self.body

    @property
    def content(self) -> dict[str, Any]:
        """The public body, parsed."""
        parsed: dict[str, Any] = json.loads(self.public_body)
        return parsed


class CredentialClaim(models.Model):
    """A link in an event that hands its credentials out once. The link's token is kept as a hash only.

    ``credentials`` is the JSON to answer with, sealed until it is fetched, a week old, or the set is dead.
    """

    message = models.OneToOneField(Message, on_delete=models.CASCADE, primary_key=True, related_name="claim")
    credential_set = models.ForeignKey(CredentialSet, on_delete=models.CASCADE, related_name="+")
    token_hash = models.CharField(max_length=120, unique=True)
    credentials = SealedField(null=True)
    expires_at = models.DateTimeField()  # in the account's time
    claimed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"claim of {self.message}"


class Delivery(Stateful):
    """The sending of a message to its callback URL. A dispatcher owns it while its lease runs."""

    MACHINE = DELIVERY

    message = models.OneToOneField(Message, on_delete=models.CASCADE, primary_key=True, related_name="delivery")
    installation = models.ForeignKey(Installation, on_delete=models.CASCADE, related_name="deliveries")
    sequence = models.PositiveIntegerField()  # the message's, so that the queue's order is read from one table
    url = models.URLField(max_length=500)
    endpoint = models.CharField(max_length=300)  # scheme, host and port of the URL: what is bounded together
    attempt_count = models.PositiveIntegerField(default=0)  # in this round; a retry begins a new one
    next_attempt_at = models.DateTimeField(null=True)  # in the account's time
    leased_until = models.DateTimeField(null=True)
    lease = models.UUIDField(null=True)
    status = DELIVERY.column()

    class Meta:
        constraints = [DELIVERY.constraint("delivery_status")]
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=models.Q(status="pending"), name="delivery_due"),
            models.Index(
                fields=["installation", "sequence"], condition=models.Q(status="pending"), name="delivery_in_order"
            ),
        ]
        verbose_name_plural = "deliveries"

    def __str__(self) -> str:
        return f"delivery of {self.message}"

    def audit_scope(self) -> Mapping[str, Any]:
        return self.installation.audit_scope()


class Attempt(models.Model):
    """One try: what was answered, by whom, how fast. ``error`` is empty when an HTTP answer came."""

    id = IdField()
    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="attempts")
    started_at = models.DateTimeField()
    duration_ms = models.PositiveIntegerField()
    response_status = models.PositiveSmallIntegerField(null=True)
    response_headers = models.JSONField(default=dict)
    response_excerpt = models.TextField(blank=True)  # the first 2 KB
    error = models.CharField(max_length=40, blank=True)
    address = models.CharField(max_length=45, blank=True)

    class Meta:
        ordering = ["started_at"]

    def __str__(self) -> str:
        return f"attempt at {self.started_at:%Y-%m-%d %H:%M:%S}"
