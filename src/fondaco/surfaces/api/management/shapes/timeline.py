"""What happened to an installation."""

from __future__ import annotations

from datetime import datetime

from fondaco.messaging.timeline import Entry
from fondaco.surfaces.api.management.shapes.fields import Shape


class EntryShape(Shape):
    """One thing that happened. ``kind`` is an event's, or ``attempt.reached`` or ``attempt.missed``."""

    id: str
    kind: str
    meaning: str
    at: datetime
    who: str
    words: str
    about: str

    @classmethod
    def of(cls, entry: Entry) -> EntryShape:
        return cls(
            id=entry.id.hex,
            kind=entry.kind,
            meaning=entry.meaning,
            at=entry.at,
            who=entry.who,
            words=entry.words,
            about=entry.about,
        )
