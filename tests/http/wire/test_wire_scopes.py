"""The catalogue of scopes says which endpoints each opens; the wire itself is asked whether that is true."""

from __future__ import annotations

import re

from django.urls import URLPattern

from fondaco.catalog.scopes import SCOPES
from fondaco.surfaces.api.wire import urls
from fondaco.surfaces.site.access import ACCESS


def served() -> set[tuple[str, str]]:
    """(scope, path with blanks for its parameters) of everything that the wire serves to a token."""
    found = set()
    for pattern in urls.urlpatterns:
        assert isinstance(pattern, URLPattern)
        path = "/" + re.sub(r"<[^>]+>", "{}", str(pattern.pattern))
        for access in getattr(pattern.callback, ACCESS, "").split(", "):
            if access.startswith("scope:"):
                found.add((access.removeprefix("scope:"), path))
    return found


def test_each_scope_names_the_endpoints_that_ask_for_it() -> None:
    named = {
        (scope.name, re.sub(r"{[^}]+}", "{}", endpoint.split(" ")[1]))
        for scope in SCOPES.values()
        for endpoint in scope.endpoints
        if "/oauth/" not in endpoint  # an issuer's own, tested with it
    }
    assert named == served()
    assert len(named) > 10
