"""One page of an installation's timeline, for whichever surface shows it."""

from __future__ import annotations

from dataclasses import dataclass

from fondaco.installs.models import Installation
from fondaco.kit.ids import parse_wire
from fondaco.messaging.timeline import Entry, Side, read_timeline
from fondaco.surfaces.site.viewer import HouseRequest


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """``older`` is where the page before it is; None on the last one."""

    entries: list[Entry]
    older: str | None


def timeline_page(request: HouseRequest, installation: Installation, side: Side) -> TimelinePage:
    """The newest, or with ``?before=`` those before an entry; nonsense counts as nothing."""
    before = parse_wire(request.GET.get("before", ""))
    entries, following = read_timeline(installation, side, before=before)
    return TimelinePage(entries, f"{request.path}?before={following.hex}" if following else None)
