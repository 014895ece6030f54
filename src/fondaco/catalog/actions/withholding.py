"""The platform takes a version out of the marketplace, and lets it in again (ADR 0039)."""

from __future__ import annotations

from django.db import transaction

from fondaco.accounts.models import Operator
from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.catalog import events
from fondaco.catalog.actions.tracks import advertise_when_ready, lock_tracks
from fondaco.catalog.errors import AlreadyWithheld, NothingToWithhold, NotWithheld
from fondaco.catalog.models import Version
from fondaco.catalog.policies import can_be_withheld, check_can_withhold
from fondaco.catalog.validation import FieldProblems
from fondaco.kit import clock


def withhold_version(*, actor: Actor, by: Operator, version: Version, reason: str) -> Version:
    """Takes an approved or published version out of the marketplace; installations go on and no state changes.

    Its partner and whoever would have installed it read ``reason``. Only the platform lets it in again.
    """
    clean = clean_withholding_reason(reason)
    with transaction.atomic(durable=True):
        check_can_withhold(by, version.app)
        return withhold_step(actor=actor, by=by, version=version, reason=clean)


def withhold_step(*, actor: Actor, by: Operator, version: Version, reason: str, because: str = "") -> Version:
    """A step of :func:`withhold_version`, for those who found the reason otherwise: ``because`` names what it was."""
    version = lock_tracks(version)
    if version.is_withheld:
        raise AlreadyWithheld
    if not can_be_withheld(version):
        raise NothingToWithhold
    version.withheld_at, version.withheld_reason, version.withheld_by = clock.now(), reason, by.person.name
    version.save(update_fields=["withheld_at", "withheld_reason", "withheld_by"])
    data = {"name": version.name, "reason": reason, "because": because}
    record(events.VERSION_WITHHELD, version, actor=actor, partner_id=version.app.partner_id, data=data)
    return version


def readmit_version(*, actor: Actor, by: Operator, version: Version) -> Version:
    """Lets it in again; a listing that was approved meanwhile appears now. What it returns shows the true state."""
    with transaction.atomic(durable=True):
        check_can_withhold(by, version.app)
        version = lock_tracks(version)
        if not version.is_withheld:
            raise NotWithheld
        version.withheld_at, version.withheld_reason, version.withheld_by = None, "", ""
        version.save(update_fields=["withheld_at", "withheld_reason", "withheld_by"])
        data = {"name": version.name}
        record(events.VERSION_READMITTED, version, actor=actor, partner_id=version.app.partner_id, data=data)
        advertise_when_ready(version, actor)
    return version


def clean_withholding_reason(reason: str) -> str:
    """Trimmed; :class:`Invalid` when there is none, or too much of it."""
    found = FieldProblems()
    clean = found.text("reason", reason, least=1, most=1000, lines=True)
    found.raise_if_any()
    return clean
