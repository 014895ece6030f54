"""The frame around the listing as the marketplace will show it: in light and dark, on a wide screen and on a phone."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from urllib.parse import urlencode

from csp.decorators import csp_update
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fondaco.accounts.permissions import Permission
from fondaco.catalog.desks import Desk
from fondaco.catalog.queries import find_draft, get_version
from fondaco.catalog.states import Track
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.paging import address_with
from fondaco.surfaces.site.viewer import HouseRequest

Choice = tuple[str, str, bool, None]  # as ui.tabs takes them


@dataclass(frozen=True, slots=True)
class Shown:
    """What the address asks for; anything unknown is the first choice."""

    theme: str
    width: str
    text: str


@csp_update({"frame-src": ["'self'"]})  # type: ignore[arg-type]
@require_safe
@requires(Permission.PARTNER_VIEW)
def preview(request: HouseRequest, version_id: str) -> HttpResponse:
    """The listing in a frame; what the reader typed and did not save can be seen in it, too."""
    member = request.viewer.member
    version = get_version(member, version_id)
    has_typed = any(find_draft(member, Desk.of_track(version, track)) for track in Track)
    shown = Shown(
        theme=_chosen(request, "theme", "light", "dark"),
        width=_chosen(request, "width", "wide", "phone"),
        text=_chosen(request, "text", "typed", "saved") if has_typed else "saved",
    )
    context = {
        "version": version,
        "app": version.app,
        "shown": shown,
        "switches": _switches(request, shown, has_typed=has_typed),
        "frame_url": f"{reverse('storefront:preview', args=[version.pk.hex])}?{urlencode(asdict(shown))}",
    }
    return render(request, "portal/preview.html", context)


def _chosen(request: HouseRequest, name: str, *choices: str) -> str:
    wanted = request.GET.get(name, "")
    return wanted if wanted in choices else choices[0]


def _switches(request: HouseRequest, shown: Shown, *, has_typed: bool) -> list[tuple[str, str, list[Choice]]]:
    """``(label, name, choices)`` for each thing that can be switched."""
    named = [
        (_("Theme"), "theme", [("light", _("Light")), ("dark", _("Dark"))]),
        (_("Width"), "width", [("wide", _("Wide")), ("phone", _("Phone"))]),
    ]
    if has_typed:
        named.append((_("Text"), "text", [("typed", _("As typed")), ("saved", _("As saved"))]))
    return [
        (
            label,
            name,
            [
                (words, address_with(request, **{name: value}), getattr(shown, name) == value, None)
                for value, words in choices
            ],
        )
        for label, name, choices in named
    ]
