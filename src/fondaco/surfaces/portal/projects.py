"""The partner's apps in lists: where each stands, whose turn it is since when, and the one link that brings it on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fondaco.accounts.permissions import Permission
from fondaco.catalog.models import App, Version
from fondaco.catalog.policies import EDIT_PERMISSION, can_edit, can_make_available, can_relist
from fondaco.catalog.queries import WAITS_FOR_PARTNER, Need, load_newest
from fondaco.catalog.states import TechnicalStatus, Track
from fondaco.identity.models import Cutoff
from fondaco.identity.queries import list_cutoffs_of
from fondaco.partners.models import Member
from fondaco.surfaces.portal.boards import NextStep, edit_url, state_in_words


@dataclass(frozen=True, slots=True)
class AppLine:
    """An app in a list; ``since`` is the moment of its newest version's last step."""

    app: App
    version: Version | None
    offered: str | None  # the version that customers find
    cut_off: str  # that the platform keeps its programs out, in words, or empty
    state: str  # empty when it would only say that customers find what is cut off
    since: datetime | None
    waits_for_you: bool
    next: NextStep | None

    @property
    def url(self) -> str:
        """The page of its newest version, else its own."""
        if self.version is None:
            return reverse("portal:app", args=[self.app.pk.hex])
        return reverse("portal:version", args=[self.version.pk.hex])


def app_lines(apps: Sequence[App], by: Member) -> list[AppLine]:
    """Lines of apps from ``list_projects``, in their order; two queries."""
    newest, cutoffs = load_newest(apps), list_cutoffs_of(apps)
    return [_line(app, newest.get(app), [each for each in cutoffs if _is_of(each, app)], by) for app in apps]


def _line(app: App, version: Version | None, cutoffs: list[Cutoff], by: Member) -> AppLine:
    need = Need(app.need)  # type: ignore[attr-defined]  # annotated
    offered: str | None = app.offered  # type: ignore[attr-defined]  # annotated
    is_out = any(each.version is None or each.version.name == offered for each in cutoffs)
    is_found = version is not None and version.name == offered
    return AppLine(
        app=app,
        version=version,
        offered=None if is_out else offered,
        cut_off=_say_cut_off(cutoffs),
        state="" if is_out and is_found else _say_state(need, version),
        since=_last_step(version) if version else None,
        waits_for_you=need in WAITS_FOR_PARTNER,
        next=_next_step(need, app, version, by),
    )


def _is_of(cutoff: Cutoff, app: App) -> bool:
    return app.pk in {cutoff.app_id, cutoff.version.app_id if cutoff.version else None}


def _say_cut_off(cutoffs: list[Cutoff]) -> str:
    names = [each.version.name for each in cutoffs if each.version]
    if len(names) < len(cutoffs):
        return _("The platform cut it off: nobody can open or install it.")
    if names:
        words = ngettext(
            "The platform cut %(names)s off: nobody can open or install that version.",
            "The platform cut %(names)s off: nobody can open or install those versions.",
            len(names),
        )
        return words % {"names": ", ".join(names)}
    return ""


def _say_state(need: Need, version: Version | None) -> str:
    if need == Need.ANSWER:
        return _("Waiting for you: a reviewer asked something.")
    return state_in_words(version, version.plan) if version else ""


def _next_step(need: Need, app: App, version: Version | None, by: Member) -> NextStep | None:
    if need == Need.ANSWER:
        asked: Any = app  # with what is annotated
        url = reverse("portal:conversation", args=[asked.asked_id.hex])
        may = by.can(EDIT_PERMISSION[Track(asked.asked_track)])
        return NextStep(_("Answer the reviewer"), url) if may else None
    if version is None:
        url = reverse("portal:app", args=[app.pk.hex]) + "#new-version"
        return NextStep(_("Begin its first version"), url) if by.can(Permission.PARTNER_APPS_EDIT) else None
    if need == Need.CHANGES:
        track = Track.TECHNICAL if version.technical.status == TechnicalStatus.REJECTED else Track.LISTING
        url = edit_url(version, track)
        return NextStep(_("Change what was asked for"), url) if can_edit(by, version, track) else None
    if need == Need.WITHHELD:
        return NextStep(_("Read why"), reverse("portal:version", args=[version.pk.hex]))
    if need in {Need.PUBLISH, Need.FAILED}:
        label = _("Make available") if need == Need.PUBLISH else _("Set another time")
        url = reverse("portal:publish", args=[version.pk.hex])
        return NextStep(label, url) if can_make_available(by, version) else None
    if need == Need.FINISH:
        may = any(can_edit(by, version, track) for track in Track)
        return NextStep(_("Finish and submit"), reverse("portal:version", args=[version.pk.hex])) if may else None
    if need == Need.OUT:
        url = reverse("portal:relist", args=[version.pk.hex])
        return NextStep(_("Bring it back"), url) if can_relist(by, version) else None
    return None


def _last_step(version: Version) -> datetime:
    moments = (version.technical.status_changed_at, version.listing.status_changed_at, version.withheld_at)
    return max(moment for moment in moments if moment is not None)
