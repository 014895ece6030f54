"""Turning querysets into pages of shapes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeVar

from django.core import signing
from django.db.models import Model, QuerySet

from fondaco.kit.pagination import BadCursor, cursor_page
from fondaco.surfaces.api.management.shapes.fields import Page

M = TypeVar("M", bound=Model)
X = TypeVar("X")
S = TypeVar("S")

_SALT: Final = "management position"


def page(
    queryset: QuerySet[M], shape: Callable[[M], S], *, cursor: str | None, limit: int, order: str = "id"
) -> Page[S]:
    """One page by the column ``order``."""
    found = cursor_page(queryset, cursor=cursor, limit=limit, order=order)
    return Page(items=[shape(item) for item in found.items], next_cursor=found.next_cursor)


def ranked_page(queryset: QuerySet[M], shape: Callable[[M], S], *, cursor: str | None, limit: int) -> Page[S]:
    """One page of an order that no column holds: the cursor is a position, so rows that come and go move others."""
    start = _position(cursor) if cursor else 0
    rows = list(queryset[start : start + limit + 1])
    after = signing.dumps(start + limit, salt=_SALT) if len(rows) > limit else None
    return Page(items=[shape(item) for item in rows[:limit]], next_cursor=after)


def whole(items: Iterable[X], shape: Callable[[X], S]) -> Page[S]:
    """A list that is short by nature, all of it on one page."""
    return Page(items=[shape(item) for item in items], next_cursor=None)


def _position(cursor: str) -> int:
    try:
        found: Any = signing.loads(cursor, salt=_SALT)
    except (signing.BadSignature, ValueError):
        raise BadCursor from None
    return int(found)
