"""Giving an installation new credentials: by the clock, because the partner asks, or because an operator does."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from fondaco.accounts.models import Operator
from fondaco.audit.actor import Actor
from fondaco.identity import actions as identity
from fondaco.identity.models import CredentialSet
from fondaco.installs.actions import operations
from fondaco.installs.actions.answering import MAX_REASON
from fondaco.installs.errors import AlreadyRemoved, NotInUse
from fondaco.installs.models import Installation
from fondaco.installs.policies import check_can_rotate, check_not_cut_off
from fondaco.installs.states import InstallationStatus
from fondaco.kit import clock, deadlines
from fondaco.kit.deadlines import Due
from fondaco.kit.errors import Conflict, Invalid
from fondaco.partners.models import Member

ROTATE_DUE: Final = "credentials.rotate_due"


def rotate_own_credentials(*, actor: Actor, installation: Installation) -> Installation:
    """The partner's program asks for new credentials; they come by event, and the old ones work seven days more."""
    with transaction.atomic(durable=True):
        locked = operations.lock(installation.pk)
        rotate(actor, locked)
    return locked


def rotate_credentials(
    *, actor: Actor, by: Operator | Member, installation: Installation, is_forced: bool = False, reason: str = ""
) -> Installation:
    """Support or a member of the partner does it.

    ``is_forced``, for credentials that somebody else has: no overlap, and a reason is needed.
    """
    check_can_rotate(by, installation)
    reason = check_reason(reason, is_required=is_forced)
    with transaction.atomic(durable=True):
        locked = operations.lock(installation.pk)
        rotate(actor, locked, is_forced=is_forced, reason=reason)
    return locked


def acknowledge_credentials(*, actor: Actor, installation: Installation, client_id: str) -> CredentialSet:
    """The partner's program has the new set: the old one is dead with this commit."""
    with transaction.atomic(durable=True):
        locked = operations.lock(installation.pk)
        return identity.acknowledge_credentials(actor=actor, client=locked.client, wire_client_id=client_id)


def rotate(actor: Actor, installation: Installation, *, is_forced: bool = False, reason: str = "") -> None:
    """The same as a step; the installation is locked.

    Before the partner ever confirmed, only a forced one is possible: it replaces what was handed over first.
    """
    if installation.is_gone:
        raise AlreadyRemoved(app=installation.app.name)
    check_not_cut_off(installation)
    if not is_forced and not operations.has_worked(installation):
        raise NotInUse(app=installation.app.name)
    identity.rotate_credentials(actor=actor, clients=[installation.client], is_forced=is_forced, reason=reason)


def schedule_rotations(newest: Collection[CredentialSet]) -> None:
    """Lets the newest set of each of some clients be replaced when it has grown old. A step."""
    if settings.CREDENTIALS_ROTATE_EVERY:
        accounts = {each.client_id: each.client.account_id for each in newest}
        clock.offsets_of(set(accounts.values()))  # at once, instead of one by one
        dues = [
            Due(client.hex, clock.now(account) + settings.CREDENTIALS_ROTATE_EVERY, account)
            for client, account in accounts.items()
        ]
        deadlines.schedule_all(ROTATE_DUE, dues)


def check_reason(reason: str, *, is_required: bool) -> str:
    """The reason without blanks around it, or :class:`Invalid`."""
    reason = reason.strip()
    if is_required and not reason:
        raise Invalid(fields={"reason": [_("Write the reason.")]})
    if len(reason) > MAX_REASON:
        raise Invalid(fields={"reason": [_("Must not be longer than 1000 characters.")]})
    return reason


@deadlines.handler(ROTATE_DUE)
def rotate_when_due(subject_id: str, due_at: datetime) -> None:
    """The credentials are old. What cannot be done now (an overlap runs, it is cut off) is looked at a week later."""
    found = (
        Installation.objects.filter(client_id=UUID(hex=subject_id))
        .exclude(status=InstallationStatus.REVOKED)
        .values_list("pk", flat=True)
        .first()
    )
    if found is None:
        return
    locked = operations.lock(found)
    try:
        rotate(Actor.system("sweeper"), locked)
    except NotInUse:
        return  # declined or never answered: asking anew issues a set of its own
    except Conflict:
        later = clock.now(locked.account_id) + settings.CREDENTIALS_OVERLAP
        deadlines.schedule(ROTATE_DUE, subject_id=subject_id, due_at=later, account_id=locked.account_id)
