"""Every page of a place marks the entry that leads to it, so that whoever opens a link knows where they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module

import pytest
from django.urls import URLPattern, URLResolver, reverse

from fondaco.surfaces.site import navigation

SHOWS_NO_PAGE = {"/portal/drafts/x/x", "/portal/drafts/x/x/discard", "/launch/x"}


@pytest.mark.parametrize(
    ("kind", "surface", "root"),
    [("account", "console", "/"), ("partner", "portal", "/portal/"), ("operator", "backoffice", "/backoffice/")],
)
def test_every_page_marks_an_entry(kind: str, surface: str, root: str) -> None:
    entries = [
        (reverse(item.view), *item.beneath) for item in navigation._ITEMS[kind] if not item.view.endswith("overview")
    ]
    routes = _routes(import_module(f"fondaco.surfaces.{surface}.urls").urlpatterns)
    pages = {root + re.sub(r"<[^>]*>", "x", route) for route in routes} - {root} - SHOWS_NO_PAGE
    assert {page for page in pages if not any(navigation._match(page, entry) for entry in entries)} == set()


def _routes(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    for pattern in patterns:
        route = f"{before}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, route)
        else:
            yield route
