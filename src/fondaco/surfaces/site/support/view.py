"""From the page that somebody comes from to what was in view there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote

from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from fondaco.accounts.models import User
from fondaco.catalog.queries import get_version, list_apps
from fondaco.installs.badges import LOOKS, Badge
from fondaco.installs.explaining import get_explainable
from fondaco.installs.queries import list_installations
from fondaco.kit.errors import DomainError, NotFound
from fondaco.support.policies import Asker
from fondaco.support.queries import InView, find_in_view, list_choices
from fondaco.support.states import Part, Priority, TicketKind

_MOST_PAGE: Final = 300
_KINDS: Final = ("installation", "event", "app")


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
        return look_at(by, _find_about(by, named))
    except (Resolver404, NotFound):
        return Look()


def _find_about(by: Asker, named: Mapping[str, Any]) -> str:
    """The form's value for what a page's address names."""
    for kind in ("installation", "event"):
        if found := named.get(f"{kind}_id"):
            return f"{kind}:{found}"
    if slug := named.get("slug"):
        return _find_about_slug(by, slug)
    if isinstance(by, User):
        return ""
    if "version_id" in named:
        return f"app:{get_version(by, named['version_id']).app_id.hex}"
    return f"app:{named.get('app_id', '')}"


def _find_about_slug(by: Asker, slug: str) -> str:
    """Of an account that has the app, what is installed; else the app, as far as they may know of it."""
    if not isinstance(by, User):
        found = list_apps(by).filter(slug=slug).first()
        return f"app:{found.pk.hex}" if found else ""
    app = get_explainable(by, slug)
    installed = [item.installation for item in list_installations(by) if item.installation.app_id == app.pk]
    return f"installation:{installed[0].pk.hex}" if installed else f"app:{app.pk.hex}"


def look_at(by: Asker, about: str) -> Look:
    """The same for a value of the form; what ``by`` may not see is nothing."""
    kind, _colon, found = about.partition(":")
    if kind not in _KINDS or not found:
        return Look()
    try:
        view = find_in_view(by, **{f"{kind}_id": found})
    except DomainError:  # not theirs, not for their role, or retired
        return Look()
    return Look(about, view) if view else Look()


def choices(by: Asker, seen: Look) -> list[tuple[str, str]]:
    """What a ticket can be about, and what is in view even if it is not in the list."""
    kind = "installation" if isinstance(by, User) else "app"
    found = [(f"{kind}:{key}", name) for key, name in list_choices(by)]
    if seen.view and seen.about not in dict(found):
        installation = seen.view.installation
        where = f" · {installation.account.company_name}" if installation and not isinstance(by, User) else ""
        what = f" · {seen.view.deliveries[0].message.type}" if seen.about.startswith("event:") else ""
        found.insert(0, (seen.about, f"{seen.view.app.name}{where}{what}"))
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
