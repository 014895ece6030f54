"""The network checks of versions that customers use, once a day."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from fondaco.audit.actor import Actor
from fondaco.catalog.models import TechnicalContent, Version
from fondaco.catalog.states import TechnicalStatus
from fondaco.kit import clock, deadlines
from fondaco.review.actions.checks import start_run
from fondaco.review.states import RunReason
from fondaco.review.watch import EVERY, WATCH

_SELF: Final = Actor.system("watch")


@deadlines.recurring("version.watch_all", every=timedelta(hours=1))
def watch_all() -> None:
    """Gives each available version its daily turn, spread over the day so that they do not all come at once."""
    available = TechnicalContent.objects.filter(status=TechnicalStatus.AVAILABLE).values_list("version_id", flat=True)
    waiting = deadlines.find_due(WATCH, [version_id.hex for version_id in available])
    now = clock.now()
    for version_id in available:
        if version_id.hex not in waiting:
            share = timedelta(seconds=version_id.int % int(EVERY.total_seconds()))
            deadlines.schedule(WATCH, subject_id=version_id.hex, due_at=now + share, replace=False)


@deadlines.handler(WATCH)
def watch_version(subject_id: str, due_at: datetime) -> None:
    """Starts the network checks of a version that is still available, and sets the next turn."""
    version = Version.objects.filter(pk=UUID(hex=subject_id), technical__status=TechnicalStatus.AVAILABLE).first()
    if version is None:
        return
    start_run(actor=_SELF, version=version, why=RunReason.WATCH)
    deadlines.schedule(WATCH, subject_id=subject_id, due_at=clock.now() + EVERY)
