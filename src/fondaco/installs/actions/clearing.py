"""Removing what is left of a version after its last day: one order, carried out in batches that may be repeated."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from fondaco.accounts.models import Operator
from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.audit.status import transition
from fondaco.catalog.models import Version
from fondaco.catalog.validation import FieldProblems
from fondaco.installs import events
from fondaco.installs.actions import operations
from fondaco.installs.actions.removing import remove_by_staff
from fondaco.installs.errors import ClearanceRunning, NotEnded, NothingLeft
from fondaco.installs.models import Clearance
from fondaco.installs.policies import check_can_force_any
from fondaco.installs.queries import list_living
from fondaco.installs.states import ClearanceStatus
from fondaco.kit import clock, jobs

CLEAR: Final = "installs.clear_version"
BATCH: Final = 50
CLEARER: Final = Actor.system("end of a version")


def clear_version(*, actor: Actor, by: Operator, version: Version, reason: str, confirmation: str = "") -> Clearance:
    """Orders that every installation of ``version`` goes, once its announced last day has come.

    ``reason`` is read by the customers; ``confirmation`` must be the app's name.
    """
    check_can_force_any(by)
    found = FieldProblems()
    clean = found.text("reason", reason, least=1, most=1000, lines=True)
    if confirmation.strip() != version.app.name:
        found.add("confirmation", _("Type the name of the app: %(name)s") % {"name": version.app.name})
    found.raise_if_any()
    with transaction.atomic(durable=True):
        total = list_living(version.pk).count()
        if version.ends_on is None or version.ends_on > clock.now().date():
            raise NotEnded(name=str(version))
        if not total:
            raise NothingLeft(name=str(version))
        try:
            with transaction.atomic():
                clearance = Clearance.objects.create(
                    version=version, reason=clean, ordered_by=by.person.name, total=total
                )
        except IntegrityError as error:
            raise ClearanceRunning(name=str(version)) from error
        data = {"name": version.name, "total": total, "reason": clean}
        record(events.CLEARANCE_BEGUN, clearance, actor=actor, data=data, **clearance.audit_scope())
        jobs.defer(CLEAR, clearance_id=clearance.pk.hex)
    return clearance


def clear_batch(*, actor: Actor, clearance_id: UUID) -> bool:
    """Removes some of what is left, each in its own commit; whether there may be more. Repeating it does no harm."""
    clearance = Clearance.objects.select_related("version__app").get(pk=clearance_id)
    if not clearance.is_running:
        return False
    left = list(list_living(clearance.version_id).values_list("pk", flat=True)[:BATCH])
    for installation_id in left:
        with transaction.atomic(durable=True):
            locked = operations.lock(installation_id)
            if not locked.is_gone:
                remove_by_staff(actor=actor, installation=locked, reason=clearance.reason)
    if left:
        return True
    with transaction.atomic(durable=True):
        if Clearance.objects.select_for_update().get(pk=clearance_id).is_running:
            transition(clearance, ClearanceStatus.FINISHED, actor=actor)
    return False
