"""The kill switch: cutting programs off at once, and letting them in again with new credentials.

The cut-off is one row, and in force with its commit. What it means for each installation (credentials ended for good,
its people told) follows in jobs, each batch in one commit, and may be repeated: they bring installations to what the
row says.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction
from django.utils.translation import gettext as _

from fondaco.accounts.models import Operator
from fondaco.accounts.permissions import Permission
from fondaco.accounts.policies import check_operator_can
from fondaco.audit.actor import Actor
from fondaco.audit.recording import Fact, record_all
from fondaco.identity import actions as identity
from fondaco.identity.models import ClientKind, Cutoff
from fondaco.installs import events
from fondaco.installs.actions import operations
from fondaco.installs.actions.credentials import ROTATE_DUE, check_reason
from fondaco.installs.actions.restoring import restore_credentials
from fondaco.installs.errors import AlreadyRemoved
from fondaco.installs.models import Installation
from fondaco.installs.reach import Target, covered_by
from fondaco.kit import deadlines, jobs
from fondaco.kit.errors import Invalid

logger = logging.getLogger(__name__)

FOLLOW: Final = "installs.follow_cutoff"
FOLLOW_ONE: Final = "installs.follow_cutoff_for_one"
BATCH: Final = 100
FOLLOWER: Final = Actor.system("kill switch")  # whose doing is what follows for each of many


def cut_off(*, actor: Actor, by: Operator, target: Target, reason: str, confirmation: str = "") -> Cutoff:
    """Keeps the programs of ``target`` out from this commit on: no token is accepted, none is given.

    ``reason`` is read by the customers and the partner. ``confirmation`` must be ``target.confirmation``.
    """
    check_operator_can(by, Permission.OPERATOR_ACCESS_REVOKE)
    reason = check_reason(reason, is_required=True)
    if target.confirmation and confirmation.strip() != target.confirmation:
        words = _("Type the name of the app: %(name)s") % {"name": target.confirmation}
        raise Invalid(fields={"confirmation": [words]})
    with transaction.atomic(durable=True):
        if target.client is not None:
            return identity.cut_off_client(actor=actor, client=target.client, reason=reason)
        locked = operations.lock(target.installation.pk) if target.installation else None
        if locked is not None and locked.is_gone:
            raise AlreadyRemoved(app=locked.app.name)
        cutoff = identity.begin_cutoff(actor=actor, reason=reason, covers=locked.client if locked else target.covers)
        if locked is not None:
            _end_access(actor, [locked], cutoff)
        else:
            _begin_to_follow(cutoff)
    return cutoff


def restore_access(*, actor: Actor, by: Operator, cutoff: Cutoff, reason: str) -> Cutoff:
    """Lifts a cut-off. The old credentials stay dead: each installation is sent new ones, and the partner makes a new
    secret for a portal client."""
    check_operator_can(by, Permission.OPERATOR_ACCESS_REVOKE)
    reason = check_reason(reason, is_required=True)
    with transaction.atomic(durable=True):
        if cutoff.client is not None and cutoff.client.kind == ClientKind.PORTAL:
            return identity.readmit_client(actor=actor, cutoff=cutoff, reason=reason)
        locked = operations.lock_all(covered_by(cutoff)) if cutoff.client_id else []
        identity.lift_cutoff(actor=actor, cutoff=cutoff, reason=reason)
        if cutoff.client_id:
            restore_credentials(actor, locked)
        else:
            _begin_to_follow(cutoff)
    return cutoff


def follow_cutoff(*, actor: Actor, cutoff_id: UUID, after: UUID | None = None) -> UUID | None:
    """Brings one batch of installations to what the cut-off says now; returns where the next one begins.

    A batch is one commit. If it fails, each of it is followed by itself, and which fails alone gets a job of its own,
    so that none holds up the others.
    """
    found = covered_by(Cutoff.objects.get(pk=cutoff_id)).order_by("pk")
    if after is not None:
        found = found.filter(pk__gt=after)
    batch = list(found.values_list("pk", flat=True)[:BATCH])
    if batch and not _can_follow(actor, cutoff_id, batch):
        bad = [each for each in batch if not _can_follow(actor, cutoff_id, [each])]
        jobs.defer_all(FOLLOW_ONE, [{"cutoff_id": cutoff_id.hex, "installation_id": each.hex} for each in bad])
    return batch[-1] if len(batch) == BATCH else None


def follow_for(*, actor: Actor, cutoff_id: UUID, installation_ids: Collection[UUID]) -> None:
    """Brings these installations to what the cut-off says now, unless they are gone or not covered any more."""
    with transaction.atomic(durable=True):
        cutoff = Cutoff.objects.get(pk=cutoff_id)
        locked = operations.lock_all(covered_by(cutoff).filter(pk__in=installation_ids))
        cutoff.refresh_from_db(fields=["status"])  # whatever was done while this waited for them
        if cutoff.is_in_force:
            _end_access(actor, locked, cutoff)
        else:
            restore_credentials(actor, locked)


def _can_follow(actor: Actor, cutoff_id: UUID, installation_ids: Collection[UUID]) -> bool:
    """Does it. A database that is busy or away is no installation's fault: that is raised, and the job runs again."""
    try:
        follow_for(actor=actor, cutoff_id=cutoff_id, installation_ids=installation_ids)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("cut-off %s could not be followed for %d installations", cutoff_id, len(installation_ids))
        return False
    return True


def _begin_to_follow(cutoff: Cutoff) -> None:
    """Before everything that is not as urgent."""
    jobs.defer_all(FOLLOW, [{"cutoff_id": cutoff.pk.hex}], priority=jobs.Priority.URGENT)


def _end_access(actor: Actor, installations: Sequence[Installation], cutoff: Cutoff) -> None:
    """Ends their credentials for good, so that nothing comes back to life by itself."""
    clients = [each.client for each in installations]
    ended = identity.end_credentials(actor=actor, clients=clients, reason=cutoff.reason)
    deadlines.cancel_all(ROTATE_DUE, [client.hex for client in ended])
    hit = [each for each in installations if each.client_id in ended]
    facts = [Fact(each, **each.audit_scope(), data={"reason": cutoff.reason}) for each in hit]
    record_all(events.INSTALLATION_CUT_OFF, facts, actor=actor)
