"""Keeping what people type before they save it. A draft is no fact about the app, so it has no event (ADR 0030)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from django.db import transaction

from fondaco.catalog.desks import Desk
from fondaco.catalog.errors import DraftTooLarge
from fondaco.catalog.models import EditingDraft
from fondaco.catalog.models.draft import Entries
from fondaco.kit import clock, deadlines
from fondaco.partners.models import Member

KEPT: Final = timedelta(days=30)
_MOST_BYTES: Final = 200_000


def keep_draft(
    *,
    by: Member,
    desk: Desk,
    revision: int,
    base: Mapping[str, str],
    entries: Entries | None,
) -> EditingDraft:
    """Keeps what ``by`` typed, whatever it is, and that they are at it; None when nothing differs from what is saved.

    Content that was closed meanwhile takes no changes, but what was typed is kept all the same.
    Raises :class:`DraftTooLarge`.
    """
    desk.check_may_sit(by)
    sealed = None if entries is None else json.dumps(entries, sort_keys=True).encode()
    if sealed is not None and len(sealed) > _MOST_BYTES:
        raise DraftTooLarge
    now = clock.now()
    with transaction.atomic(durable=True):
        kept = _hold(by, desk)
        if kept.sealed != sealed:
            kept.sealed, kept.typed_at = sealed, now if sealed else None
        kept.base_revision, kept.base, kept.seen_at = max(revision, 0), dict(base), now
        kept.save()
    return kept


def note_presence(*, by: Member, desk: Desk) -> None:
    """Notes that ``by`` has the form open and did not touch it. What they typed elsewhere stays."""
    desk.check_may_sit(by)
    with transaction.atomic(durable=True):
        kept = _hold(by, desk)
        kept.seen_at = clock.now()
        kept.save(update_fields=["seen_at"])


def discard_draft(*, by: Member, desk: Desk) -> bool:
    """Forgets what ``by`` typed, because they saved it or want to begin anew; False when there was nothing."""
    desk.check_may_sit(by)
    with transaction.atomic(durable=True):
        mine = EditingDraft.objects.filter(part=desk.part.value, subject_id=desk.subject_id, person=by.person)
        return mine.delete()[0] > 0


@deadlines.recurring("drafts.prune", every=timedelta(days=1))
def prune_drafts() -> int:
    """Forgets drafts that nobody has looked at for 30 days. A step."""
    return EditingDraft.objects.filter(seen_at__lt=clock.now() - KEPT).delete()[0]


def _hold(by: Member, desk: Desk) -> EditingDraft:
    """The person's draft, locked. Two windows of one person begin it only once."""
    EditingDraft.objects.bulk_create(
        [EditingDraft(part=desk.part.value, subject_id=desk.subject_id, person=by.person, base_revision=0)],
        ignore_conflicts=True,
    )
    held = EditingDraft.objects.select_for_update()
    return held.get(part=desk.part.value, subject_id=desk.subject_id, person=by.person)
