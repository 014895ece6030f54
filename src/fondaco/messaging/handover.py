"""Handing new credentials to partners, and taking back what was not handed over yet. All are steps.

One installation or a batch of them: the statements are the same, and as many. The installations are locked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fondaco.audit.actor import Actor
from fondaco.audit.status import transition_all
from fondaco.identity.actions import issue_credentials_to_all
from fondaco.installs.models import Installation, Operation
from fondaco.kit import crypto, deadlines
from fondaco.messaging import payloads
from fondaco.messaging.actions import RETRY_DUE, SECRETS_EXPIRE, Draft, write_messages
from fondaco.messaging.claims import TOKEN_PREFIX, Offer, erase_claims, offer_claims
from fondaco.messaging.models import Message
from fondaco.messaging.states import DeliveryStatus


@dataclass(frozen=True, slots=True)
class Handover:
    """New credentials for one installation: its first, with the order that waits for an answer, or other ones."""

    installation: Installation
    created_at: datetime
    order: Operation | None = None


def hand_over(*, actor: Actor, handovers: Sequence[Handover]) -> None:
    """Issues sets and writes the events that carry them, or the links to them where the version wants that."""
    clients = [each.installation.client for each in handovers]
    issued = issue_credentials_to_all(actor=actor, clients=clients)
    drafts, offered = [], []
    for handover, credentials in zip(handovers, issued, strict=True):
        data = payloads.credentials_data(handover.installation, credentials)
        token = _new_token(handover.installation)
        drafts.append(_draft(handover, data, token))
        offered.append((credentials, data, token))
    messages = write_messages(actor=actor, drafts=drafts)
    offer_claims(
        [
            Offer(message, credentials.set, data, token)
            for message, (credentials, data, token) in zip(messages, offered, strict=True)
            if token
        ]
    )


def take_back(*, actor: Actor, installations: Sequence[Installation], reason: str) -> None:
    """Erases credentials that are dead before they were delivered or fetched, and sends their events no more."""
    erase_claims(installations)
    known = {each.pk: each for each in installations}
    held = Message.objects.filter(installation__in=known, type__in=payloads.CARRY_CREDENTIALS, body__isnull=False)
    messages = list(held.defer("body").select_related("delivery"))
    if not messages:
        return
    keys = [message.pk.hex for message in messages]
    deadlines.cancel_all(SECRETS_EXPIRE, keys)
    deadlines.cancel_all(RETRY_DUE, keys)
    pending = [message.delivery for message in messages if message.delivery.status == DeliveryStatus.PENDING]
    for delivery in pending:
        delivery.installation = known[delivery.installation_id]
    transition_all(pending, DeliveryStatus.FAILED, actor=actor, reasons={each.pk: reason for each in pending})
    Message.objects.filter(pk__in=[message.pk for message in messages]).update(body=None)


def _new_token(installation: Installation) -> str:
    """Of the link, where the version wants one."""
    return crypto.new_secret(TOKEN_PREFIX) if installation.version.technical.are_credentials_claimed else ""


def _draft(handover: Handover, data: payloads.Json, token: str) -> Draft:
    build = payloads.installed if handover.order else payloads.credentials_rotated
    content = build(handover.installation, data)
    if token:
        content = payloads.claimable(content, token)
    return Draft(handover.installation, content, handover.created_at, handover.order)
