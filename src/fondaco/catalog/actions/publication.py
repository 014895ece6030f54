"""Publishing at a set time, and taking a version out of the marketplace for a while (ADR 0029)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from fondaco.accounts.permissions import Permission
from fondaco.audit.actor import Actor
from fondaco.audit.kinds import EventKind
from fondaco.audit.recording import record
from fondaco.catalog import events
from fondaco.catalog.actions.tracks import GOES_LIVE, advertise_when_ready, forget_plan, lock_tracks, release_version
from fondaco.catalog.errors import (
    AlreadyUnlisted,
    NotApproved,
    NothingPlanned,
    NotPublished,
    NotUnlisted,
    PlannerLeft,
)
from fondaco.catalog.labels import status_label
from fondaco.catalog.models import PlannedPublication, Version
from fondaco.catalog.policies import check_can
from fondaco.catalog.states import TechnicalStatus
from fondaco.catalog.validation import FieldProblems
from fondaco.kit import clock, deadlines
from fondaco.kit.errors import DomainError
from fondaco.partners.models import Member

SOONEST: Final = timedelta(minutes=1)
LATEST: Final = timedelta(days=365)


def schedule_publication(*, actor: Actor, by: Member, version: Version, due_at: datetime) -> Version:
    """Lets an approved version become available at ``due_at``: a minute to a year ahead. Again, it changes the time.

    Everything is checked again then; see :func:`go_live`.
    """
    _check_time(due_at)
    with transaction.atomic(durable=True):
        check_can(by, version.app, Permission.PARTNER_PUBLISH)
        version = lock_tracks(version)
        if version.technical.status != TechnicalStatus.APPROVED:
            raise NotApproved(status=status_label(version.technical.status))
        plan = {"due_at": due_at, "planned_by": by, "planned_at": clock.now(), "failed_at": None, "failure": ""}
        PlannedPublication.objects.update_or_create(pk=version.pk, defaults=plan)
        deadlines.schedule(GOES_LIVE, subject_id=version.pk.hex, due_at=due_at)
        _record(events.VERSION_SCHEDULED, version, actor, due_at=due_at.isoformat())
    return version


def cancel_publication(*, actor: Actor, by: Member, version: Version) -> Version:
    """Takes the set time back; the version stays approved. Refused when none is set, or it has come already."""
    with transaction.atomic(durable=True):
        check_can(by, version.app, Permission.PARTNER_PUBLISH)
        version = lock_tracks(version)
        if not forget_plan(version):
            raise NothingPlanned(status=status_label(version.technical.status))
        _record(events.VERSION_SCHEDULE_CANCELLED, version, actor)
    return version


@deadlines.handler(GOES_LIVE)
def go_live(subject_id: str, due_at: datetime) -> None:
    """The set time has come. What cannot be published now stays as it is, and its partner is told why (T8)."""
    version = Version.objects.filter(pk=UUID(hex=subject_id)).first()
    if version is None:
        return
    version = lock_tracks(version)
    plan = PlannedPublication.objects.select_related("planned_by__person").filter(pk=version.pk, failed_at=None).first()
    if plan is None or plan.due_at > due_at:  # cancelled or moved since
        return
    sweeper = Actor.system("sweeper")
    try:
        with transaction.atomic():
            _check_planner(plan.planned_by, version)
            release_version(actor=sweeper, by=plan.planned_by, version=version)
    except DomainError as refusal:
        plan.failed_at, plan.failure = clock.now(), str(refusal)
        plan.save(update_fields=["failed_at", "failure"])
        _record(events.VERSION_GO_LIVE_FAILED, version, sweeper, reason=plan.failure, code=refusal.code)


def unlist_version(*, actor: Actor, by: Member, version: Version, reason: str) -> Version:
    """Takes an available version out of the marketplace for a while; installations go on and no state changes.

    ``reason`` is read by who would have installed it. An older version that is still offered is found instead.
    """
    found = FieldProblems()
    clean = found.text("reason", reason, least=1, most=1000, lines=True)
    found.raise_if_any()
    with transaction.atomic(durable=True):
        check_can(by, version.app, Permission.PARTNER_PUBLISH)
        version = lock_tracks(version)
        _check_available(version)
        if version.is_unlisted:
            raise AlreadyUnlisted
        version.unlisted_at, version.unlisted_reason = clock.now(), clean
        version.save(update_fields=["unlisted_at", "unlisted_reason"])
        _record(events.VERSION_UNLISTED, version, actor, reason=clean)
    return version


def relist_version(*, actor: Actor, by: Member, version: Version) -> Version:
    """Brings it back; a listing that was approved meanwhile appears now. What it returns shows the true state."""
    with transaction.atomic(durable=True):
        check_can(by, version.app, Permission.PARTNER_PUBLISH)
        version = lock_tracks(version)
        _check_available(version)
        if not version.is_unlisted:
            raise NotUnlisted
        version.unlisted_at, version.unlisted_reason = None, ""
        version.save(update_fields=["unlisted_at", "unlisted_reason"])
        _record(events.VERSION_RELISTED, version, actor)
        advertise_when_ready(version, actor)
    return version


def _check_time(due_at: datetime) -> None:
    found, now = FieldProblems(), clock.now()
    if not now + SOONEST <= due_at <= now + LATEST:
        found.add("due_at", _("Choose a time at least a minute and at most a year ahead."))
    found.raise_if_any()


def _check_planner(planner: Member, version: Version) -> None:
    is_theirs = planner.partner_id == version.app.partner_id
    if not (is_theirs and planner.can(Permission.PARTNER_PUBLISH)):
        raise PlannerLeft(name=planner.person.name)


def _check_available(version: Version) -> None:
    if version.technical.status != TechnicalStatus.AVAILABLE:
        raise NotPublished(status=status_label(version.technical.status))


def _record(kind: EventKind, version: Version, actor: Actor, **data: str) -> None:
    record(kind, version, actor=actor, partner_id=version.app.partner_id, data={"name": version.name, **data})
