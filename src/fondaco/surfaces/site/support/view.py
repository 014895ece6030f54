"""From the page that somebody comes from to what was in view there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from fondaco.accounts.models import User
from fondaco.catalog.queries import get_version
from fondaco.installs.badges import LOOKS, Badge
from fondaco.kit.errors import NotFound
from fondaco.support.policies import Asker
from fondaco.support.queries import InView, find_in_view, list_choices
from fondaco.support.states import Part, Priority, TicketKind

_MOST_PAGE = 300


@dataclass(frozen=True, slots=True)
class Look:
    """What the form shows: ``about`` is its value for what is in view, empty for nothing."""

    about: str = ""
    view: InView | None = None

    @property
    def parts(self) -> list[Part]:
        """What of it can go along, in order."""
        return [part for part in Part if self.view and part in self.view.parts]


def clean_page(text: str) -> str:
    """A path of ours as it stands in an address, or nothing."""
    plain = unquote(text)
    is_path = plain.startswith("/") and not plain.startswith("//") and plain.isprintable()
    return plain if is_path and len(plain) <= _MOST_PAGE else ""


def look_at_page(by: Asker, page: str) -> Look:
    """What the page at this path was about, as far as ``by`` may see it."""
    try:
        named = resolve(page.partition("?")[0]).kwargs
    except Resolver404:
        return Look()
    if "installation_id" in named:
        return look_at(by, f"installation:{named['installation_id']}")
    if isinstance(by, User):
        return Look()
    if "version_id" in named:
        try:
            return look_at(by, f"app:{get_version(by, named['version_id']).app_id.hex}")
        except NotFound:
            return Look()
    return look_at(by, f"app:{named.get('app_id', '')}")


def look_at(by: Asker, about: str) -> Look:
    """The same for a value of the form; what ``by`` may not see is nothing."""
    kind, _colon, found = about.partition(":")
    if kind not in {"installation", "app"} or not found:
        return Look()
    try:
        view = find_in_view(by, **{f"{kind}_id": found})
    except NotFound:
        return Look()
    return Look(about, view) if view else Look()


def choices(by: Asker, seen: Look) -> list[tuple[str, str]]:
    """What a ticket can be about, and what is in view even if it is not in the list."""
    kind = "installation" if isinstance(by, User) else "app"
    found = [(f"{kind}:{key}", name) for key, name in list_choices(by)]
    if seen.view and seen.about not in dict(found):
        installation = seen.view.installation
        where = f" · {installation.account.company_name}" if installation and not isinstance(by, User) else ""
        found.insert(0, (seen.about, f"{seen.view.app.name}{where}"))
    return found


def first_words(seen: Look, page: str) -> dict[str, Any]:
    """How the form is filled in: a change that could not be taken back needs no more than *Send*."""
    words: dict[str, Any] = {
        "about": seen.about,
        "shown": seen.about,
        "page": page,
        "parts": [part.value for part in seen.parts],
        "kind": TicketKind.QUESTION.value,
        "priority": Priority.NORMAL.value,
    }
    if seen.view and Badge.FAILED_UPDATE in seen.view.badges:
        app = {"app": seen.view.app.name, "badge": LOOKS[Badge.FAILED_UPDATE].label}
        words |= {
            "subject": _("%(badge)s: %(app)s") % app,
            "text": _("The last change of %(app)s failed and could not be taken back. Please mend it.") % app,
            "kind": TicketKind.TECHNICAL_ISSUE.value,
            "priority": Priority.HIGH.value,
        }
    return words
