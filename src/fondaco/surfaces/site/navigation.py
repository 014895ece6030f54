"""The entries of the frames. Each surface registers its own when it is ready; a frame asks what a viewer may see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from django.db import DatabaseError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise

if TYPE_CHECKING:
    from fondaco.surfaces.site.viewer import Viewer

MOST_ENTRIES: Final = 7


class Spot(StrEnum):
    """Where in the column an entry stands."""

    MAIN = "main"
    FOOT = "foot"
    SEARCH = "search"  # the search box of the top bar: the address it asks, its label inside it


@dataclass(frozen=True, slots=True)
class NavItem:
    """What a surface registers. ``view`` is a URL name, ``beneath`` further path prefixes which mark it as active."""

    label: str | Promise
    view: str
    icon: str
    permission: str | tuple[str, ...] | None = None  # of several, one is enough
    spot: Spot = Spot.MAIN
    count: Callable[[Viewer], int] | None = None
    beneath: tuple[str, ...] = ()
    carries_page: bool = False  # says in ``?page=`` which page the viewer comes from


@dataclass(frozen=True, slots=True)
class NavEntry:
    """What the frame draws. ``count`` 0 shows nothing."""

    label: str | Promise
    url: str
    icon: str
    active: bool = False
    count: int = 0


_ITEMS: dict[str, list[NavItem]] = {}


def register(kind: str, *items: NavItem) -> None:
    """Sets the entries of one kind of place (``account``, ``partner``, ``operator``), in order.

    ``look`` is the top bar of the storefront, for everyone.
    """
    if sum(item.spot is Spot.MAIN for item in items) > MOST_ENTRIES:
        raise ValueError(f"a place has at most {MOST_ENTRIES} entries, {kind} has more")
    _ITEMS[kind] = list(items)


def find_entries(request: HttpRequest, spot: str = Spot.MAIN, kind: str | None = None) -> list[NavEntry]:
    """The entries that the viewer of ``request`` may see; the one whose address fits the path best is active.

    Without ``kind`` those of the place they are in.
    """
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]  # put there by the middleware
    if kind is None:
        kind = viewer.place.kind if viewer.place else ""
    items = [item for item in _ITEMS.get(kind, []) if _is_open(item, viewer)]
    addresses = {item.view: reverse(item.view) for item in items}
    matches = {item.view: _match(request.path, (addresses[item.view], *item.beneath)) for item in items}
    best = max(matches.values(), default=0)
    return [
        NavEntry(
            label=item.label,
            url=_address(addresses[item.view], item, request),
            icon=item.icon,
            active=best > 0 and matches[item.view] == best,
            count=item.count(viewer) if item.count else 0,
        )
        for item in items
        if item.spot == spot
    ]


def find_help(request: HttpRequest) -> NavEntry | None:
    """Where the viewer asks for help with this page; None for strangers and for roles that may not.

    A page that says what went wrong asks, too: perhaps before there is a viewer, or when the database is away.
    """
    try:
        viewer: Viewer | None = getattr(request, "viewer", None)
        items = [item for item in _ITEMS.get("look", []) if item.carries_page and viewer and _is_open(item, viewer)]
    except DatabaseError:
        return None
    return next((NavEntry(item.label, _address(reverse(item.view), item, request), item.icon) for item in items), None)


def _address(address: str, item: NavItem, request: HttpRequest) -> str:
    return f"{address}?{urlencode({'page': request.path})}" if item.carries_page else address


def _is_open(item: NavItem, viewer: Viewer) -> bool:
    if item.permission is None:
        return True
    needed = (item.permission,) if isinstance(item.permission, str) else item.permission
    return any(viewer.can(permission) for permission in needed)


def _match(path: str, prefixes: tuple[str, ...]) -> int:
    """How many characters of ``path`` the best of ``prefixes`` covers, by whole segments."""
    # The front door is above everything, so only itself makes it the active one.
    fitting = [p for p in prefixes if path == p or (p != "/" and path.startswith(p if p.endswith("/") else f"{p}/"))]
    return max((len(prefix) for prefix in fitting), default=0)
