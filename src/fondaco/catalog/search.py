"""Full text over advertised listings: name first, then company and summary, then the description."""

from __future__ import annotations

import re
from typing import Final

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import Value
from django.db.models.functions import Coalesce

from fondaco.catalog.models import ListingContent, Version

_WORD: Final = re.compile(r"\w+", re.UNICODE)
_MOST_WORDS: Final = 8


def index_listing(version: Version) -> None:
    """Fills the search column. Content and company are fixed from now on, so once is enough."""
    listing = version.listing
    app = version.app
    vector = (
        SearchVector(Value(f"{listing.display_name} {app.name}"), weight="A", config="simple")
        + SearchVector(Value(f"{app.partner.name} {listing.summary}"), weight="B", config="english")
        + SearchVector(Value(f"{app.partner.name} {listing.summary}"), weight="B", config="simple")
        + SearchVector(Value(listing.description), weight="D", config="english")
    )
    ListingContent.objects.filter(pk=version.pk).update(search=Coalesce(vector, Value("")))


def search_query(text: str) -> SearchQuery | None:
    """Every word must occur, as a word, a stem or a beginning; None when ``text`` holds no word."""
    words = _WORD.findall(text.lower())[:_MOST_WORDS]
    if not words:
        return None
    raw = " & ".join(f"{word}:*" for word in words)
    return SearchQuery(raw, search_type="raw", config="simple") | SearchQuery(raw, search_type="raw", config="english")
