"""My Apps: every app of the account as a tile, what needs someone, what changed lately."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from fondaco.accounts.models import User
from fondaco.accounts.permissions import Permission
from fondaco.accounts.queries import list_users
from fondaco.catalog.queries import count_tests
from fondaco.installs.history import Change, find_open_operations, is_unreached, list_changes
from fondaco.installs.offers import list_installers
from fondaco.installs.policies import can_manage
from fondaco.installs.queries import list_installations
from fondaco.installs.states import MOVING
from fondaco.installs.totals import Totals, add_up
from fondaco.kit import clock
from fondaco.kit.errors import Forbidden
from fondaco.support.policies import can_ask
from fondaco.surfaces.console.tiles import Tile, make_tiles
from fondaco.surfaces.console.timeline import Line, event_line
from fondaco.surfaces.site.access import enter, signed_in
from fondaco.surfaces.site.viewer import HouseRequest, PlaceKind

_SHORT, _LONG = "every 2s", "every 30s"
_YOUNG: Final = timedelta(minutes=10)
_MOST_RETRIES: Final = 10  # on one page; the house tries the rest by itself


@dataclass(frozen=True, slots=True)
class Board:
    """Everything below the heading of My Apps. ``poll`` is how often it looks for news; None when none can come."""

    text: str
    tiles: list[Tile]
    total: int
    changes: list[tuple[Change, Line]]
    needs: list[Tile]
    totals: Totals | None  # for managers, once an app works
    poll: str | None
    address: str  # where it refreshes itself
    unreached: list[UUID]  # installations that the page asks to have tried at once
    mark: str  # changes when anything on it does


@never_cache
@signed_in
@require_safe
def show(request: HouseRequest) -> HttpResponse:
    """The page. It asks by itself to have apps tried at once that could not be reached (FAQ 16)."""
    place = enter(request, PlaceKind.ACCOUNT)
    if place.user is None:
        raise Forbidden
    by = place.user
    if not by.can(Permission.APPS_VIEW):
        context = {"account": by.account, "people": list_installers(by.account_id)[:5]}
        return render(request, "console/my_apps_closed.html", context, status=HTTPStatus.FORBIDDEN)
    board = _make_board(request, by)
    context = {
        "board": board,
        "account": by.account,
        "is_manager": can_manage(by),
        "can_install": by.can(Permission.APPS_INSTALL),
        "tests": count_tests(by),
        "people": list_users(by.account_id).count() if can_manage(by) else 0,
    }
    return render(request, "console/my_apps.html", context)


@never_cache
@signed_in
@require_safe
def refresh(request: HouseRequest) -> HttpResponse:
    """The board alone; nothing (204) when it would look as it does already."""
    place = enter(request, PlaceKind.ACCOUNT)
    if place.user is None or not place.user.can(Permission.APPS_VIEW):
        raise Forbidden
    board = _make_board(request, place.user)
    if board.mark == request.GET.get("mark"):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    can_install = place.user.can(Permission.APPS_INSTALL)
    return render(request, "console/my_apps_board.html", {"board": board, "can_install": can_install})


def _make_board(request: HouseRequest, by: User) -> Board:
    items = list_installations(by)
    installations = [item.installation for item in items]
    operations = find_open_operations(installations)
    tiles = make_tiles(items, operations, may_ask=can_ask(by))
    changes = [(change, event_line(change.event)) for change in list_changes(by, installations)]
    text = request.GET.get("q", "").strip()[:100]
    words = text.casefold().split()
    shown = [tile for tile in tiles if all(word in tile.name.casefold() for word in words)]
    poll = None
    if operations or any(installation.status in MOVING for installation in installations):
        now = clock.now()  # of what was answered while this was read, no operation is found any more
        newest = max((operation.created_at for operation in operations.values()), default=now)
        poll = _SHORT if now - newest < _YOUNG else _LONG
    totals = add_up(installations) if can_manage(by) else None
    mark = _mark([text, poll or "", *(f"{t.installation_id} {t.state}" for t in tiles)], changes)
    return Board(
        text=text,
        tiles=shown,
        total=len(tiles),
        changes=changes,
        needs=[tile for tile in tiles if tile.needs_someone],
        totals=totals if totals and totals.licences else None,
        poll=poll,
        unreached=[each.pk for each in installations if is_unreached(each, operations.get(each.pk))][:_MOST_RETRIES],
        address=f"{reverse('console:my_apps_board')}?{urlencode({'q': text, 'mark': mark})}",
        mark=mark,
    )


def _mark(parts: list[str], changes: list[tuple[Change, Line]]) -> str:
    seen = [*parts, *(change.event.pk.hex for change, _line in changes)]
    return sha256("\n".join(seen).encode()).hexdigest()[:16]
