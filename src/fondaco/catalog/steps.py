"""Who takes which step of a version's two tracks (DOMAIN 5.3), in words that its partner reads."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fondaco.audit.status import Machine
from fondaco.catalog.states import LISTING, TECHNICAL, Track

MACHINES: Final = {Track.TECHNICAL: TECHNICAL, Track.LISTING: LISTING}


class Acts(StrEnum):
    PARTNER = "partner"
    REVIEWER = "reviewer"
    HOUSE = "house"  # by itself, as soon as it can


ACTORS: Final[dict[Acts, Promise]] = {
    Acts.PARTNER: _("you"),
    Acts.REVIEWER: _("a reviewer"),
    Acts.HOUSE: _("nobody; it follows by itself"),
}
_BY: Final[dict[tuple[str, str], tuple[Acts, Promise]]] = {
    ("draft", "in_review"): (Acts.PARTNER, _("you submit it")),
    ("rejected", "in_review"): (Acts.PARTNER, _("you change it and submit it again")),
    ("in_review", "draft"): (Acts.PARTNER, _("you take it back")),
    ("in_review", "approved"): (Acts.REVIEWER, _("a reviewer approves it")),
    ("in_review", "rejected"): (Acts.REVIEWER, _("a reviewer asks for changes")),
    ("approved", "available"): (Acts.PARTNER, _("you make it available, at once or at a set time")),
    ("approved", "advertised"): (Acts.HOUSE, _("by itself, as soon as the technical content is available")),
    ("available", "deprecated"): (Acts.PARTNER, _("you or the platform deprecate it")),
    ("advertised", "deprecated"): (Acts.PARTNER, _("together with the technical content")),
}
_ENDS: Final = frozenset({"available", "advertised", "deprecated"})  # nothing is waited for here


def who_takes(current: str, to: str) -> tuple[Acts, Promise]:
    """Who takes this step, and how it is said; a step that no table has is a ``KeyError``."""
    return _BY[current, to]


def who_is_next(machine: Machine, status: str) -> Acts | None:
    """Whose turn it is in this state; None where nothing is waited for."""
    if status in _ENDS:
        return None
    turns = [who_takes(status, to.value)[0] for to in machine.states if to in machine.table[machine.states(status)]]
    return Acts.REVIEWER if Acts.REVIEWER in turns else turns[0]  # that it can be taken back is no turn
