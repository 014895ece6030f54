"""The kill switch: cutting programs off at once, and letting them in again with new credentials.

The cut-off is one row, and in force with its commit. What it means for each installation (credentials ended for good,
its people told) follows in jobs, batch by batch, and may be repeated: each brings an installation to what the row says.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from fondaco.accounts.models import Operator
from fondaco.accounts.permissions import Permission
from fondaco.accounts.policies import check_operator_can
from fondaco.audit.actor import Actor
from fondaco.audit.kinds import EventKind
from fondaco.audit.recording import record
from fondaco.identity import actions as identity
from fondaco.identity.models import Cutoff
from fondaco.installs import events
from fondaco.installs.actions import operations
from fondaco.installs.actions.credentials import ROTATE_DUE, check_reason
from fondaco.installs.errors import AlreadyRemoved
from fondaco.installs.models import Installation
from fondaco.installs.reach import Target, covered_by
from fondaco.installs.states import InstallationStatus
from fondaco.kit import deadlines, jobs
from fondaco.kit.errors import Invalid

FOLLOW: Final = "installs.follow_cutoff"
BATCH: Final = 200
FOLLOWER: Final = Actor.system("kill switch")  # whose doing is what follows for each of many
_HAS_NOTHING: Final = frozenset({InstallationStatus.REJECTED, InstallationStatus.TIMEOUT})


def cut_off(*, actor: Actor, by: Operator, target: Target, reason: str, confirmation: str = "") -> Cutoff:
    """Keeps the programs of ``target`` out from this commit on: no token is accepted, none is given.

    ``reason`` is read by the customers and the partner. Beyond one account, ``confirmation`` must be the app's name.
    """
    check_operator_can(by, Permission.OPERATOR_ACCESS_REVOKE)
    reason = check_reason(reason, is_required=True)
    if target.is_everywhere and confirmation.strip() != target.app.name:
        raise Invalid(fields={"confirmation": [_("Type the name of the app: %(name)s") % {"name": target.app.name}]})
    with transaction.atomic(durable=True):
        locked = operations.lock(target.installation.pk) if target.installation else None
        if locked is not None and locked.is_gone:
            raise AlreadyRemoved(app=locked.app.name)
        cutoff = identity.begin_cutoff(actor=actor, reason=reason, covers=locked.client if locked else target.covers)
        if locked is not None:
            _end_access(actor, locked, cutoff)
        else:
            jobs.defer(FOLLOW, cutoff_id=cutoff.pk.hex)
    return cutoff


def restore_access(*, actor: Actor, by: Operator, cutoff: Cutoff, reason: str) -> Cutoff:
    """Lifts a cut-off. Each installation is sent new credentials, since the old ones stay dead."""
    check_operator_can(by, Permission.OPERATOR_ACCESS_REVOKE)
    reason = check_reason(reason, is_required=True)
    with transaction.atomic(durable=True):
        covered = covered_by(cutoff).values_list("pk", flat=True).first() if cutoff.client_id else None
        locked = operations.lock(covered) if covered else None
        identity.lift_cutoff(actor=actor, cutoff=cutoff, reason=reason)
        if locked is not None:
            _restore(actor, locked)
        elif not cutoff.client_id:
            jobs.defer(FOLLOW, cutoff_id=cutoff.pk.hex)
    return cutoff


def follow_cutoff(*, actor: Actor, cutoff_id: UUID, after: UUID | None = None) -> UUID | None:
    """Brings one batch of installations to what the cut-off says now; returns where the next one begins."""
    found = covered_by(Cutoff.objects.get(pk=cutoff_id)).order_by("pk")
    if after is not None:
        found = found.filter(pk__gt=after)
    batch = list(found.values_list("pk", flat=True)[:BATCH])
    for installation_id in batch:
        with transaction.atomic(durable=True):
            locked = operations.lock(installation_id)
            cutoff = Cutoff.objects.get(pk=cutoff_id)
            if not locked.is_gone and cutoff.is_in_force:
                _end_access(actor, locked, cutoff)
            elif not locked.is_gone:
                _restore(actor, locked)
    return batch[-1] if len(batch) == BATCH else None


def _end_access(actor: Actor, installation: Installation, cutoff: Cutoff) -> None:
    """Ends the credentials for good, so that nothing comes back to life by itself."""
    if identity.end_credentials(actor=actor, client=installation.client, reason=cutoff.reason):
        deadlines.cancel(ROTATE_DUE, subject_id=installation.client_id.hex)
        _record(events.INSTALLATION_CUT_OFF, installation, actor, cutoff.reason)


def _restore(actor: Actor, installation: Installation) -> None:
    """New credentials, unless it is still cut off otherwise, has some, or has to be asked for anew anyway."""
    if installation.is_cut_off or installation.status in _HAS_NOTHING:
        return
    sets = installation.client.credential_sets.select_related("client").order_by("-id")[:2]
    if any(each.is_usable for each in sets):
        return
    identity.rotate_credentials(actor=actor, client=installation.client, is_forced=True, reason=str(_("restored")))
    _record(events.INSTALLATION_RESTORED, installation, actor, "")


def _record(kind: EventKind, installation: Installation, actor: Actor, reason: str) -> None:
    record(kind, installation, actor=actor, data={"reason": reason}, **installation.audit_scope())
