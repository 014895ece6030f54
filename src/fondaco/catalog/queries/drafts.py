"""What was typed and not saved, and who else is at it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import OuterRef, Subquery

from fondaco.catalog.desks import Desk
from fondaco.catalog.models import EditingDraft, Version
from fondaco.catalog.states import Part
from fondaco.kit import clock
from fondaco.partners.models import Member

PRESENT: Final = timedelta(seconds=60)  # an open form reports three times in it
_TYPED: Final = {Part.TECHNICAL: "typed_technical", Part.LISTING: "typed_listing", Part.NEW_PLAN: "typed_new_plan"}


@dataclass(frozen=True, slots=True)
class OtherEditor:
    """Somebody else who has the same form open. ``has_typed``: they changed something and did not save it yet."""

    name: str
    has_typed: bool


def find_draft(by: Member, desk: Desk) -> EditingDraft | None:
    """What ``by`` typed at this desk and did not save, if there is anything."""
    mine = EditingDraft.objects.filter(part=desk.part.value, subject_id=desk.subject_id, person_id=by.person_id)
    return mine.filter(sealed__isnull=False).first()


def last_typed(by: Member) -> dict[str, Subquery]:
    """To be read along with a version: when ``by`` typed last into each of its forms what is not saved yet."""
    mine = EditingDraft.objects.filter(subject_id=OuterRef("pk"), person_id=by.person_id, sealed__isnull=False)
    return {column: Subquery(mine.filter(part=part).values("typed_at")[:1]) for part, column in _TYPED.items()}


def list_unsaved(version: Version) -> dict[str, datetime]:
    """Part → when the reader typed last into it what is not saved yet; of a version from ``get_version``."""
    typed = {part.value: getattr(version, column) for part, column in _TYPED.items()}
    return {part: typed_at for part, typed_at in typed.items() if typed_at}


def list_other_editors(by: Member, desk: Desk) -> list[OtherEditor]:
    """Who else has the form open now, by name."""
    here = EditingDraft.objects.filter(part=desk.part.value, subject_id=desk.subject_id)
    open_now = here.filter(seen_at__gt=clock.now() - PRESENT)
    found = open_now.exclude(person_id=by.person_id).select_related("person").defer("sealed").order_by("person__name")
    return [OtherEditor(draft.person.name, draft.typed_at is not None) for draft in found]
