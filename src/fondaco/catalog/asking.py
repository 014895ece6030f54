"""What a version asks for that its scopes do not allow (T10), so that it is said when it is saved and not found out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from fondaco.catalog.data_fields import fields_without_scope
from fondaco.catalog.labels import data_fields_need_scope, scope_missing
from fondaco.catalog.subscriptions import find_missing_scopes


@dataclass(frozen=True, slots=True)
class Refused:
    """``field`` of the technical content asks for something that takes ``scopes``; ``words`` say so to its partner."""

    field: str
    scopes: tuple[str, ...]
    words: str


def find_refused(asked: Mapping[str, Any], scopes: Collection[str]) -> list[Refused]:
    """What of the technical content ``asked``, by field, needs a scope that is not among ``scopes``."""
    events = find_missing_scopes(asked, scopes).items()
    found = [Refused(field, (event.scope,), scope_missing(event)) for field, event in events]
    if missing := fields_without_scope(asked.get("data_fields") or (), scopes):
        words = " ".join(data_fields_need_scope(scope, names) for scope, names in missing.items())
        found.append(Refused("data_fields", tuple(missing), words))
    return found


def name_scopes(refused: Collection[Refused]) -> list[str]:
    """Each missing scope once."""
    return list(dict.fromkeys(scope for one in refused for scope in one.scopes))
