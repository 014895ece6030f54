"""Handing new credentials to a partner, and taking back what was not handed over yet. All are steps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from fondaco.audit.actor import Actor
from fondaco.audit.status import transition
from fondaco.identity.actions import issue_credentials
from fondaco.installs.models import Installation, Operation
from fondaco.kit import crypto, deadlines
from fondaco.messaging import payloads
from fondaco.messaging.actions import RETRY_DUE, SECRETS_EXPIRE, write_message
from fondaco.messaging.claims import TOKEN_PREFIX, erase_claims, offer_claim
from fondaco.messaging.models import Message
from fondaco.messaging.payloads import Content, Json
from fondaco.messaging.states import DeliveryStatus


def hand_over(
    *,
    actor: Actor,
    installation: Installation,
    build: Callable[[Installation, Json], Content],
    created_at: datetime,
    operation: Operation | None = None,
) -> Message:
    """Issues a set and writes the event that carries it, or the link to it where the version wants that."""
    issued = issue_credentials(actor=actor, client=installation.client)
    data = payloads.credentials_data(installation, issued)
    content, token = build(installation, data), ""
    if installation.version.technical.are_credentials_claimed:
        token = crypto.new_secret(TOKEN_PREFIX)
        content = payloads.claimable(content, token)
    message = write_message(
        actor=actor, installation=installation, content=content, created_at=created_at, operation=operation
    )
    if token:
        offer_claim(message=message, credential_set=issued.set, data=data, token=token)
    return message


def take_back(*, actor: Actor, installation: Installation, reason: str) -> list[Message]:
    """Erases credentials that are dead before they were delivered or fetched; returns the events not delivered."""
    erase_claims(installation)
    held = installation.messages.filter(type__in=payloads.CARRY_CREDENTIALS, body__isnull=False)
    messages = list(held.select_related("delivery", "operation").order_by("sequence"))
    for message in messages:
        deadlines.cancel(SECRETS_EXPIRE, subject_id=message.pk.hex)
        deadlines.cancel(RETRY_DUE, subject_id=message.pk.hex)
        delivery = message.delivery
        delivery.installation, delivery.message = installation, message
        if delivery.status == DeliveryStatus.PENDING:
            transition(delivery, DeliveryStatus.FAILED, actor=actor, reason=reason)
    held.update(body=None)
    return messages
