"""Pages of a queryset: by cursor where rows come and go, by number where a person wants to jump."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core import signing
from django.db import models
from django.utils.translation import gettext_lazy as _

from fondaco.kit.errors import Invalid

M = TypeVar("M", bound=models.Model)


class BadCursor(Invalid):
    """A cursor that we did not make, or made for another list."""

    code = "bad-cursor"
    message = _(
        "This cursor does not belong to this list. Start again without one, or use the one from the last answer."
    )


@dataclass(frozen=True, slots=True)
class CursorPage(Generic[M]):
    """``next_cursor`` is None on the last page."""

    items: list[M]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class NumberedPage(Generic[M]):
    """``page`` counts from 1; a page beyond the last is empty. ``total_pages`` is at least 1."""

    items: list[M]
    total: int
    page: int
    per_page: int
    total_pages: int


def cursor_page(
    queryset: models.QuerySet[M], *, cursor: str | None, limit: int, order: str = "-id", max_limit: int = 100
) -> CursorPage[M]:
    """At most ``limit`` rows (1 to ``max_limit``) after ``cursor``, ordered by the field ``order`` (``-`` descends).

    The field must not be null; ties are broken by the primary key. A row that is inserted or deleted meanwhile moves
    no other row from one page to the next. Raises :class:`BadCursor`.
    """
    limit = max(1, min(limit, max_limit))
    descending, name = order.startswith("-"), order.lstrip("-")
    fields = [_field(queryset.model, name)]
    if not fields[0].primary_key:
        fields.append(_field(queryset.model, "pk"))
    salt = f"cursor {queryset.model._meta.label} {order}"
    if cursor:
        queryset = queryset.filter(_beyond(fields, _read(cursor, salt, fields), descending=descending))
    sign = "-" if descending else ""
    rows = list(queryset.order_by(*(sign + field.name for field in fields))[: limit + 1])
    items = rows[:limit]
    if len(rows) <= limit:
        return CursorPage(items, None)
    values = [field.value_to_string(items[-1]) for field in fields]
    return CursorPage(items, signing.dumps(values, salt=salt))


def numbered_page(queryset: models.QuerySet[M], page: int, per_page: int, max_per_page: int = 100) -> NumberedPage[M]:
    """The ``page``-th ``per_page`` rows; out-of-range numbers are brought into range (1…, 1 to ``max_per_page``).

    The queryset must be ordered completely, else pages overlap.
    """
    page, per_page = max(1, page), max(1, min(per_page, max_per_page))
    total = queryset.count()
    start = (page - 1) * per_page
    items = list(queryset[start : start + per_page]) if start < total else []
    return NumberedPage(items, total, page, per_page, max(1, -(-total // per_page)))


def _field(model: type[models.Model], name: str) -> models.Field[Any, Any]:
    field = model._meta.pk if name == "pk" else model._meta.get_field(name)
    if not isinstance(field, models.Field):
        raise TypeError(f"{model.__name__}.{name} is not a column")
    return field


def _read(cursor: str, salt: str, fields: list[models.Field[Any, Any]]) -> list[Any]:
    try:
        values = signing.loads(cursor, salt=salt)
    except (signing.BadSignature, ValueError):
        raise BadCursor from None
    return [field.to_python(value) for field, value in zip(fields, values, strict=True)]


def _beyond(fields: list[models.Field[Any, Any]], values: list[Any], *, descending: bool) -> models.Q:
    side = "lt" if descending else "gt"
    first, value = fields[0].name, values[0]
    beyond = models.Q(**{f"{first}__{side}": value})
    if len(fields) > 1:
        beyond |= models.Q(**{first: value, f"{fields[1].name}__{side}": values[1]})
    return beyond
