"""Pull: what was sent, by number, for programs that missed some of it."""

from __future__ import annotations

from typing import Final

from fondaco.messaging.feed import FeedPage, read_app_feed, read_installation_feed
from fondaco.surfaces.api.wire import reconciling
from fondaco.surfaces.api.wire.access import PARTNER_SCOPE, Call, wire
from fondaco.surfaces.api.wire.answers import Json, link, read_number

DEFAULT_LIMIT: Final = 100
MOST: Final = 500


@wire("events:read", partner_scope=PARTNER_SCOPE)
def list_messages(call: Call, app_id: str) -> Json:
    """Messages after a number, the oldest first: of the token's installation, or of every one of the partner's app."""
    app = call.app_at(app_id)
    after = read_number(call.request, "after", 0, least=0, digits=15)
    limit = min(read_number(call.request, "limit", DEFAULT_LIMIT), MOST)
    if call.partner is None:
        found = read_installation_feed(call.installation, after=after, limit=limit)
    else:
        found = read_app_feed(app, after=after, limit=limit)
    return _shape(found, f"/apps/{app_id}/messages", after, limit)


def _shape(found: FeedPage, path: str, after: int, limit: int) -> Json:
    return {
        "count": len(found.messages),
        "last": found.last,
        "has_more": found.has_more,
        "_embedded": {"messages": [reconciling.message(each) for each in found.messages]},
        "_links": {
            "self": link(path, after=after, limit=limit),
            "next": link(path, after=found.last, limit=limit),
        },
    }
