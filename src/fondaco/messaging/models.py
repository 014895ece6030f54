"""Messages to partners, and every try to deliver them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.db import models

from fondaco.accounts.models import User
from fondaco.audit.status import Stateful
from fondaco.catalog.models import App, Version
from fondaco.identity.models import CredentialSet, LoginSession, OAuthClient
from fondaco.installs.models import Installation, Operation
from fondaco.kit import clock
from fondaco.kit.fields import IdField, SealedField
from fondaco.messaging.states import DELIVERY, ENDPOINT, LOGOUT_DELIVERY


class SigningAlgorithm(models.TextChoices):
    ECDSA = "ecdsa"  # P-256 with SHA-512 (DOMAIN 1.6)
    ED25519 = "ed25519"  # the ``v1a`` of Standard Webhooks


class EventSigningKey(models.Model):
    """A key that signs deliveries; partners fetch the public half by its id (DOMAIN 1.6)."""

    id = IdField()
    algorithm = models.CharField(max_length=10, choices=SigningAlgorithm, default=SigningAlgorithm.ECDSA)
    private_key = SealedField()  # PKCS#8 DER
    public_key = models.TextField()  # base64 SPKI DER
    retired_at = models.DateTimeField(null=True, blank=True)  # still served for 30 days
    created_at = models.DateTimeField(default=clock.now, editable=False)

    def __str__(self) -> str:
        return self.id.hex


class WebhookSecret(models.Model):
    """A secret that a partner shares with us for one app: it signs every event by HMAC (Standard Webhooks, ``v1``).

    Two at most are alive at a time: the new one, and the one before it until ``ends_at`` (in real time).
    """

    id = IdField()
    app = models.ForeignKey(App, on_delete=models.CASCADE, related_name="webhook_secrets")
    secret = SealedField()  # the bytes behind ``whsec_``
    hint = models.CharField(max_length=12)  # how it begins, so that people can tell two apart
    ends_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["app"], condition=models.Q(ends_at=None), name="webhook_secret_one_newest")
        ]

    def __str__(self) -> str:
        return f"secret of {self.app_id}"

    def audit_scope(self) -> Mapping[str, Any]:
        """Whom its facts belong to."""
        return {"partner_id": self.app.partner_id}


class Message(models.Model):
    """One event for one installation. Its id is the event id on the wire and the same in every try.

    ``body`` is set when the message holds secrets: the exact bytes to send, sealed, until they are delivered or a week
    old. ``public_body`` is the exact text without secrets, for ever. Text, not jsonb, which would re-order its keys.
    """

    id = IdField()
    installation = models.ForeignKey(Installation, on_delete=models.CASCADE, related_name="messages")
    operation = models.ForeignKey(Operation, on_delete=models.CASCADE, null=True, related_name="messages")
    sequence = models.PositiveIntegerField()  # counts from 1 in each installation, so that gaps are visible
    app = models.ForeignKey(App, on_delete=models.CASCADE, related_name="+", db_index=False)  # the installation's
    position = models.PositiveBigIntegerField(null=True)  # among the app's messages; ``messaging.feed`` gives it
    type = models.CharField(max_length=40)
    body = SealedField(null=True)
    public_body = models.TextField()
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["installation", "sequence"], name="message_sequence"),
            models.UniqueConstraint(fields=["app", "position"], name="message_position"),
        ]
        indexes = [
            models.Index(
                fields=["app", "sequence", "id"], condition=models.Q(position=None), name="message_without_position"
            ),
            models.Index(fields=["app", "id"], name="message_by_app"),
        ]

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


class Posting(Stateful):
    """Something to be posted to an address until it is accepted. A dispatcher owns it while its lease runs."""

    url = models.URLField(max_length=500)
    attempt_count = models.PositiveIntegerField(default=0)  # in this round; a retry begins a new one
    next_attempt_at = models.DateTimeField(null=True)  # in the account's time
    leased_until = models.DateTimeField(null=True)
    lease = models.UUIDField(null=True)

    class Meta:
        abstract = True


class Try(models.Model):
    """One try: what was answered, by whom, how fast; kept for 90 days.

    ``error`` is empty when a whole HTTP answer came. With one that broke off it says why, beside what had come.
    """

    id = IdField()
    started_at = models.DateTimeField()
    duration_ms = models.PositiveIntegerField()
    request_headers = models.JSONField(default=dict)  # with the signature; none of them is a secret
    response_status = models.PositiveSmallIntegerField(null=True)
    response_headers = models.JSONField(default=dict)
    response_excerpt = models.TextField(blank=True)  # the first 2 KB
    error = models.CharField(max_length=40, blank=True)
    address = models.CharField(max_length=45, blank=True)

    class Meta:
        abstract = True
        ordering = ["started_at"]
        indexes = [models.Index(fields=["started_at"], name="%(class)s_by_time")]

    def __str__(self) -> str:
        return f"attempt at {self.started_at:%Y-%m-%d %H:%M:%S}"


class Endpoint(Stateful):
    """A callback address of an app: how it answers, and whether anything is sent there just now (``breaker``).

    It is shared by accounts with clocks of their own, so its times are real ones.
    """

    MACHINE = ENDPOINT

    id = IdField()
    app = models.ForeignKey(App, on_delete=models.CASCADE, related_name="endpoints")
    url = models.URLField(max_length=500)
    status = ENDPOINT.column()
    failures = models.PositiveIntegerField(default=0)  # in a row
    failing_since = models.DateTimeField(null=True)  # the first of them
    last_success_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=40, blank=True)  # of the newest failure: an outbound failure's kind …
    last_response_status = models.PositiveSmallIntegerField(null=True)  # … or what was answered
    closed_until = models.DateTimeField(null=True)
    pauses = models.PositiveSmallIntegerField(default=0)  # in a row
    silent_since = models.DateTimeField(null=True)  # when it was told that nothing arrives any more
    told = models.JSONField(default=list, db_default=[])  # [[kind of mail, when it was last sent], …], the newest last
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        constraints = [
            ENDPOINT.constraint("endpoint_status"),
            models.UniqueConstraint(fields=["app", "url"], name="endpoint_once"),
        ]
        indexes = [
            models.Index(fields=["id"], condition=models.Q(closed_until__isnull=False), name="endpoint_held"),
            models.Index(fields=["id"], condition=~models.Q(status="healthy"), name="endpoint_unwell"),
        ]

    def __str__(self) -> str:
        return self.url

    def audit_scope(self) -> Mapping[str, Any]:
        return {"partner_id": self.app.partner_id}


class Delivery(Posting):
    """The sending of a message to its callback URL.

    What changes an installation arrives in order. What holds nothing up and waits for nothing is not ``is_ordered``:
    that a user signed out, or thousands of them would stand before the next change; and what stepped aside for an
    operation. An operation waits for what ``is_awaited``; everything else is given up at ``give_up_at``.
    """

    MACHINE = DELIVERY

    message = models.OneToOneField(Message, on_delete=models.CASCADE, primary_key=True, related_name="delivery")
    installation = models.ForeignKey(Installation, on_delete=models.CASCADE, related_name="deliveries")
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    sequence = models.PositiveIntegerField()  # the message's, so that the queue's order is read from one table
    is_ordered = models.BooleanField(default=True)
    is_awaited = models.BooleanField(default=False)
    give_up_at = models.DateTimeField(null=True)  # in the account's time
    status = DELIVERY.column()

    class Meta:
        constraints = [DELIVERY.constraint("delivery_status")]
        indexes = [
            models.Index(
                fields=["endpoint", "is_ordered", "next_attempt_at"],
                condition=models.Q(status="pending"),
                name="delivery_due",
            ),
            models.Index(
                fields=["installation", "sequence"],
                condition=models.Q(status="pending", is_ordered=True),
                name="delivery_in_order",
            ),
            models.Index(
                fields=["endpoint", "next_attempt_at"],
                condition=models.Q(status="pending", is_awaited=True),
                name="delivery_awaited",
            ),
            models.Index(
                fields=["give_up_at"],
                condition=models.Q(status="pending", give_up_at__isnull=False),
                name="delivery_give_up",
            ),
            models.Index(fields=["endpoint"], condition=models.Q(status="failed"), name="delivery_failed"),
        ]
        verbose_name_plural = "deliveries"

    def __str__(self) -> str:
        return f"delivery of {self.message}"

    def audit_scope(self) -> Mapping[str, Any]:
        return self.installation.audit_scope()


class Attempt(Try):
    """One try of a delivery."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="attempts")

    @property
    def is_success(self) -> bool:
        """Whether the program took it."""
        return not self.error and self.response_status is not None and 200 <= self.response_status < 300


class SampleEvent(models.Model):
    """A test event that a partner sent to a callback address of its own, and what was answered.

    ``body`` holds no secret: its credentials open nothing. ``started_at`` is empty until it was posted; it is once.
    """

    id = IdField()
    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="sample_events")
    type = models.CharField(max_length=40)
    url = models.URLField(max_length=500)
    body = models.TextField()
    sent_by = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    request_headers = models.JSONField(default=dict)
    started_at = models.DateTimeField(null=True)
    duration_ms = models.PositiveIntegerField(null=True)
    response_status = models.PositiveSmallIntegerField(null=True)
    response_headers = models.JSONField(default=dict)
    response_excerpt = models.TextField(blank=True)
    error = models.CharField(max_length=40, blank=True)
    address = models.CharField(max_length=45, blank=True)

    def __str__(self) -> str:
        return f"test of {self.type} {self.id.hex}"

    @property
    def content(self) -> dict[str, Any]:
        """The body, parsed."""
        parsed: dict[str, Any] = json.loads(self.body)
        return parsed

    @property
    def is_success(self) -> bool:
        """Whether the program took it."""
        return not self.error and self.response_status is not None and 200 <= self.response_status < 300

    def audit_scope(self) -> Mapping[str, Any]:
        return {"partner_id": self.version.app.partner_id}


class SignOut(models.Model):
    """A user whom an installation is to be told of as signed out: written where a session ends, in its commit.

    ``message`` is the ``user.logout`` that told it, empty until a job has written that. Sessions of one user which end
    together share a message. ``login_session`` is empty when only this account's apps are left, not the platform.
    """

    id = IdField()
    installation = models.ForeignKey(Installation, on_delete=models.CASCADE, related_name="sign_outs")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    login_session = models.ForeignKey(LoginSession, on_delete=models.CASCADE, null=True, related_name="sign_outs")
    ended_at = models.DateTimeField()
    message = models.ForeignKey(Message, on_delete=models.CASCADE, null=True, related_name="sign_outs")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["login_session", "installation"], name="sign_out_once_per_session")
        ]
        indexes = [models.Index(fields=["id"], condition=models.Q(message=None), name="sign_out_waiting")]

    def __str__(self) -> str:
        return f"{self.user_id} left {self.installation_id}"


class LogoutDelivery(Posting):
    """The sending of a logout token to a client that got tokens in a session (OpenID Connect Back-Channel Logout).

    The token is made anew for each try, because it is good for two minutes only; so no body is kept.
    """

    MACHINE = LOGOUT_DELIVERY

    id = IdField()
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="logout_deliveries", db_index=False)
    client = models.ForeignKey(OAuthClient, on_delete=models.CASCADE, related_name="logout_deliveries")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")  # the token's ``sub``
    login_session = models.ForeignKey(LoginSession, on_delete=models.CASCADE, related_name="+")  # its ``sid``
    ended_at = models.DateTimeField()
    status = LOGOUT_DELIVERY.column()

    class Meta:
        constraints = [
            LOGOUT_DELIVERY.constraint("logout_delivery_status"),
            models.UniqueConstraint(fields=["client", "login_session", "ended_at"], name="logout_delivery_once"),
        ]
        indexes = [
            models.Index(
                fields=["endpoint", "next_attempt_at"],
                condition=models.Q(status="pending"),
                name="logout_delivery_due",
            ),
            models.Index(fields=["endpoint", "id"], name="logout_delivery_of_endpoint"),
            models.Index(fields=["endpoint", "id"], condition=models.Q(status="failed"), name="logout_delivery_failed"),
        ]
        verbose_name_plural = "logout deliveries"

    def __str__(self) -> str:
        return f"logout of {self.user_id} at {self.client}"

    def audit_scope(self) -> Mapping[str, Any]:
        """Whom its facts belong to: the account, and the partner whose program is told, as with events."""
        return {**self.client.audit_scope(), "partner_id": self.endpoint.app.partner_id}


class LogoutAttempt(Try):
    """One try of a logout delivery; the answer's headers are not kept."""

    delivery = models.ForeignKey(LogoutDelivery, on_delete=models.CASCADE, related_name="attempts")
