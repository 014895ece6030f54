"""Ending a version: no new installations from now on, and a day on which its partner stops keeping it alive."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from fondaco.accounts.models import Operator
from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.audit.status import transition
from fondaco.catalog import events
from fondaco.catalog.actions.tracks import lock_tracks
from fondaco.catalog.errors import AlreadyRetired, NotPublished
from fondaco.catalog.labels import status_label
from fondaco.catalog.models import Version
from fondaco.catalog.policies import check_can_deprecate
from fondaco.catalog.states import ListingStatus, TechnicalStatus
from fondaco.catalog.validation import FieldProblems
from fondaco.kit import clock, deadlines
from fondaco.partners.models import Member

ENDS: Final = "version.ends"
SHORTEST_NOTICE: Final = timedelta(days=30)
LONGEST_NOTICE: Final = timedelta(days=730)


def deprecate_version(
    *, actor: Actor, by: Member | Operator, version: Version, reason: str, ends_on: date | None = None
) -> Version:
    """Takes a version out of the marketplace; existing installations go on (DOMAIN 5.9).

    ``reason`` is read by customers. ``ends_on`` announces the day from which the partner no longer keeps it alive: 30
    days to two years ahead, or None when there is no such day yet. Deprecating again changes the reason and the day.
    """
    clean, day = _clean(reason, ends_on)
    with transaction.atomic(durable=True):
        check_can_deprecate(by, version)
        version = lock_tracks(version)
        if version.is_retired:
            raise AlreadyRetired(name=str(version))
        if version.technical.status not in {TechnicalStatus.AVAILABLE, TechnicalStatus.DEPRECATED}:
            raise NotPublished(status=status_label(version.technical.status))
        if version.technical.status == TechnicalStatus.AVAILABLE:
            transition(version.technical, TechnicalStatus.DEPRECATED, actor=actor, reason=clean)
        if version.listing.status == ListingStatus.ADVERTISED:
            transition(version.listing, ListingStatus.DEPRECATED, actor=actor, reason=clean)
        version.deprecation_reason, version.ends_on = clean, day
        version.save(update_fields=["deprecation_reason", "ends_on"])
        _schedule_end(version)
        record(
            events.VERSION_DEPRECATED,
            version,
            actor=actor,
            partner_id=version.app.partner_id,
            data={"name": version.name, "reason": clean, "ends_on": day.isoformat() if day else None},
        )
    return version


@deadlines.handler(ENDS)
def end_version(subject_id: str, due_at: datetime) -> None:
    """The announced day has come: those who still have the version, its partner and the operator are told."""
    version = Version.objects.select_related("app", "technical").filter(pk=UUID(hex=subject_id)).first()
    if version is None or version.technical.status != TechnicalStatus.DEPRECATED or version.ends_on is None:
        return
    if _midnight(version.ends_on) > due_at:  # moved since
        return
    record(
        events.VERSION_ENDED,
        version,
        actor=Actor.system("sweeper"),
        partner_id=version.app.partner_id,
        data={"name": version.name},
    )


def _schedule_end(version: Version) -> None:
    if version.ends_on is None:
        deadlines.cancel(ENDS, subject_id=version.pk.hex)
    else:
        deadlines.schedule(ENDS, subject_id=version.pk.hex, due_at=_midnight(version.ends_on))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _clean(reason: str, ends_on: date | None) -> tuple[str, date | None]:
    found = FieldProblems()
    clean = found.text("reason", reason, least=1, most=1000, lines=True)
    today = clock.now().date()
    if ends_on is not None and not today + SHORTEST_NOTICE <= ends_on <= today + LONGEST_NOTICE:
        earliest = (today + SHORTEST_NOTICE).isoformat()
        found.add(
            "ends_on",
            _("Give customers at least 30 days and at most two years: %(earliest)s is the earliest day.")
            % {"earliest": earliest},
        )
    found.raise_if_any()
    return clean, ends_on
