"""What stands beside the fields while somebody types: how customers will read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fondaco.catalog.asking import find_refused, name_scopes
from fondaco.catalog.merging import REASON
from fondaco.catalog.models import Version
from fondaco.catalog.models.draft import Entries
from fondaco.catalog.queries import lines_for
from fondaco.catalog.scopes import SCOPES
from fondaco.catalog.states import Track
from fondaco.catalog.subscriptions import EVENT_TYPES
from fondaco.installs.queries import consent_text


def panel_context(version: Version, track: Track, entries: Entries) -> dict[str, Any]:
    """For the templates of the forms and of their parts."""
    return _consent(version, entries) if track == Track.TECHNICAL else {"markdown_text": _first(entries, "description")}


def _consent(version: Version, entries: Entries) -> dict[str, Any]:
    scopes = [name for name in entries.get("scopes", []) if name in SCOPES]
    declared = entries.get("data_fields", [])
    reasons = {name: _first(entries, f"{REASON}{name}") for name in scopes}
    return {
        "permissions": lines_for(scopes, reasons, declared),
        "consent": consent_text(version, scopes, declared),
        "event_types": EVENT_TYPES.values(),
        "scopes_missing": name_scopes(find_refused(entries, scopes)),
    }


def _first(entries: Mapping[str, list[str]], name: str) -> str:
    return (entries.get(name) or [""])[0].strip()
