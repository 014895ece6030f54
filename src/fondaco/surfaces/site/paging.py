"""Addresses of the pages of a list, with its filters kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from fondaco.kit.pagination import NumberedPage


@dataclass(frozen=True, slots=True)
class PageLinks:
    """What ``ui.pagination`` takes; absent addresses are None."""

    newer: str | None
    older: str | None
    summary: str | None


def address_with(request: HttpRequest, **changes: object) -> str:
    """The address of this page with other filters; None takes one out."""
    query = request.GET.copy()
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"{request.path}?{query.urlencode()}" if query else request.path


def address_at(request: HttpRequest, name: str, *arguments: str) -> str:
    """Another page about what is chosen here."""
    query = request.GET.copy()
    for gone in ("cursor", "mark"):
        query.pop(gone, None)
    place = reverse(name, args=arguments)
    return f"{place}?{query.urlencode()}" if query else place


def page_number(request: HttpRequest) -> int:
    """``page`` in the address; whatever is no number is the first page."""
    text = request.GET.get("page", "1")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def page_links(request: HttpRequest, page: NumberedPage[Any]) -> PageLinks:
    """The way to the pages before and after this one."""
    return PageLinks(
        newer=address_with(request, page=page.page - 1) if page.page > 1 else None,
        older=address_with(request, page=page.page + 1) if page.page < page.total_pages else None,
        summary=_("Page %(page)s of %(pages)s") % {"page": page.page, "pages": page.total_pages},
    )
