"""The events of the wire (DOMAIN 1.1): which are always sent, which a version asks for, and what scope that takes.

The one table of it. Saving a version asks it, so that nobody waits for an event that their scopes never allow (T10).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class EventType:
    """``field`` of the technical content asks for it; empty: it is always sent, as an app cannot work without it.

    ``scope`` is needed because of the ``reads``: fields of the event that say more than the installation's own story.
    """

    type: str
    words: Promise
    field: str = ""
    scope: str = ""
    reads: tuple[str, ...] = ()


_CATALOGUE: Final = (
    EventType("app.installed", _("An account installs the app. You answer within seven days.")),
    EventType("app.updated", _("People, licences, plan or version change. You answer within seven days.")),
    EventType("app.uninstalled", _("An account takes the app away. You acknowledge it.")),
    EventType("app.trial_started", _("A trial begins, after your approval.")),
    EventType("app.trial_extended", _("The platform lets a trial last longer.")),
    EventType("app.trial_ended", _("A trial is over: it ran out, or the account chose a plan or left.")),
    EventType("app.credentials_rotated", _("There are new credentials. You acknowledge them.")),
    EventType(
        "user.logout",
        _("Somebody who uses the app signs out of the platform. It names them by their e-mail address."),
        field="receives_user_logout",
        scope="users:read",
        reads=("data.user_email", "_links.user"),
    ),
)
EVENT_TYPES: Final[dict[str, EventType]] = {each.type: each for each in _CATALOGUE}


def find_missing_scopes(asked: Mapping[str, Any], scopes: Collection[str]) -> dict[str, EventType]:
    """Field → the event that it asks for and whose scope is not among ``scopes``."""
    return {
        each.field: each
        for each in _CATALOGUE
        if each.field and asked.get(each.field) and each.scope and each.scope not in scopes
    }
