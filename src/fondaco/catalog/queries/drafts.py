"""What was typed and not saved, and who else is at it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import OuterRef, Subquery

from fondaco.catalog.models import EditingDraft, Version
from fondaco.catalog.states import Track
from fondaco.kit import clock
from fondaco.partners.models import Member

PRESENT: Final = timedelta(seconds=60)  # an open form reports three times in it


@dataclass(frozen=True, slots=True)
class OtherEditor:
    """Somebody else who has the same form open. ``has_typed``: they changed something and did not save it yet."""

    name: str
    has_typed: bool


def find_draft(by: Member, version: Version, track: Track) -> EditingDraft | None:
    """What ``by`` typed into this track and did not save, if there is anything."""
    mine = EditingDraft.objects.filter(version=version, track=track.value, person_id=by.person_id)
    return mine.filter(sealed__isnull=False).first()


def last_typed(by: Member) -> dict[str, Subquery]:
    """To be read along with a version: when ``by`` typed last into each track what is not saved yet."""
    mine = EditingDraft.objects.filter(version=OuterRef("pk"), person_id=by.person_id, sealed__isnull=False)
    return {f"typed_{track}": Subquery(mine.filter(track=track.value).values("typed_at")[:1]) for track in Track}


def list_unsaved(version: Version) -> dict[str, datetime]:
    """Track → when the reader typed last into it what is not saved yet; of a version from ``get_version``."""
    typed = {track.value: getattr(version, f"typed_{track}") for track in Track}
    return {track: typed_at for track, typed_at in typed.items() if typed_at}


def list_other_editors(by: Member, version: Version, track: Track) -> list[OtherEditor]:
    """Who else has the form open now, by name."""
    open_now = EditingDraft.objects.filter(version=version, track=track.value, seen_at__gt=clock.now() - PRESENT)
    found = open_now.exclude(person_id=by.person_id).select_related("person").defer("sealed").order_by("person__name")
    return [OtherEditor(draft.person.name, draft.typed_at is not None) for draft in found]
