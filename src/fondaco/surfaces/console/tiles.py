"""An installed app as a tile of My Apps: one sentence, one badge, and where a click leads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fondaco.installs.badges import LOOKS, Badge
from fondaco.installs.models import Operation
from fondaco.installs.queries import InstalledApp
from fondaco.installs.states import InstallationStatus, OperationKind

TONES: Final = {"neutral": "mute", "info": "info", "success": "good", "warning": "warn", "danger": "bad"}


@dataclass(frozen=True, slots=True)
class Tile:
    """What ``ui.app_tile`` takes. ``badge`` is (icon, tone, words), None when all is well."""

    installation_id: UUID
    name: str
    state: str
    image: str
    tone: str | None
    badge: tuple[str, str, str] | None
    dim: bool
    href: str
    is_launch: bool
    settings: str | None
    force: str | None
    badge_href: str | None  # where the badge itself leads
    badge_hint: str  # what for, where its words do not say it
    needs_someone: str  # in words, empty when nobody has to do anything


def make_tile(item: InstalledApp, operation: Operation | None, *, may_ask: bool = False) -> Tile:
    """The tile of one app as its viewer sees it, who ``may_ask`` support or not."""
    installation = item.installation
    badge = item.badges[0]
    look = LOOKS[badge]
    page = reverse("console:installation", args=[installation.pk.hex])
    is_quiet = badge in {Badge.ACTIVE, Badge.MANUALLY_PROVISIONED}
    return Tile(
        installation_id=installation.pk,
        name=installation.app.name,
        state=_state(item, badge, operation),
        image=installation.app.icon_url,
        tone=None if is_quiet else TONES[look.tone],
        badge=None if badge == Badge.ACTIVE else (look.icon, TONES[look.tone], str(look.label)),
        dim=look.dims_icon,
        href=reverse("console:launch", args=[installation.pk.hex]) if item.can_launch else page,
        is_launch=item.can_launch,
        settings=page if Badge.MANAGEABLE in item.badges else None,
        force=reverse("console:force_uninstall", args=[installation.pk.hex])
        if Badge.FORCE_UNINSTALL in item.badges
        else None,
        badge_href=_lead(badge, installation.pk, may_ask=may_ask),
        badge_hint=_("Ask support to mend it") if badge == Badge.FAILED_UPDATE and may_ask else "",
        needs_someone=_need(item, badge) if item.can_manage else "",
    )


def make_tiles(items: list[InstalledApp], operations: Mapping[UUID, Operation], *, may_ask: bool = False) -> list[Tile]:
    """All tiles, in the order of ``items``."""
    return [make_tile(item, operations.get(item.installation.pk), may_ask=may_ask) for item in items]


def _lead(badge: Badge, installation_id: UUID, *, may_ask: bool) -> str | None:
    """A failed update leads to the filled-in form, or to the page that says whom to ask."""
    if badge == Badge.UPGRADE_AVAILABLE:
        return reverse("console:upgrade", args=[installation_id.hex])
    if badge != Badge.FAILED_UPDATE:
        return None
    page = reverse("console:installation", args=[installation_id.hex])
    return f"{reverse('console:ask_support')}?{urlencode({'page': page})}" if may_ask else page


def _state(item: InstalledApp, badge: Badge, operation: Operation | None) -> str:
    installation = item.installation
    company = installation.app.partner.name
    if operation is not None and operation.kind == OperationKind.UNINSTALL:
        return _("Being removed · waiting for %(company)s") % {"company": company}
    if badge == Badge.INSTALLING and installation.version.technical.is_manually_provisioned:
        return _("Being set up by hand by %(company)s") % {"company": company}
    if badge == Badge.FAILED_INSTALLATION:
        return {
            InstallationStatus.REJECTED: _("Declined by its maker · see why"),
            InstallationStatus.TIMEOUT: _("No answer · try again or remove")
            if item.can_manage
            else _("Not installed: its maker gave no answer"),
        }.get(InstallationStatus(installation.status), _("Installation failed · retrying"))
    if badge == Badge.CUT_OFF:
        return _("Cut off by the platform: “%(reason)s”") % {"reason": installation.cut_off_reason}
    sentences = {
        Badge.INSTALLING: _("Installing · waiting for %(company)s") % {"company": company},
        Badge.UPDATING: _("Updating · launch as usual"),
        Badge.FAILED_UPDATE: _("Update failed · get help"),
        Badge.TRIAL_EXPIRED: _("Trial ended · nobody can open it")
        if installation.status == InstallationStatus.SUSPENDED
        else _("Trial ended · opens again once confirmed"),
        Badge.UPGRADE_AVAILABLE: _("Version %(version)s is there") % {"version": item.newer_version},
        Badge.MANUALLY_PROVISIONED: _("Set up by hand · slower changes"),
    }
    if badge in sentences:
        return sentences[badge]
    if item.trial_days_left is None:
        return company
    return ngettext("Trial · %(days)d day left", "Trial · %(days)d days left", item.trial_days_left) % {
        "days": item.trial_days_left
    }


def _need(item: InstalledApp, badge: Badge) -> str:
    app = {"app": item.installation.app.name}
    if badge == Badge.CUT_OFF:
        return _("%(app)s is cut off by the platform.") % app
    if item.installation.status == InstallationStatus.SUSPENDED:
        return _("The trial of %(app)s is over.") % app
    if badge == Badge.FAILED_UPDATE:
        return _("A change of %(app)s failed and could not be taken back.") % app
    if item.installation.status == InstallationStatus.REJECTED:
        return _("The maker of %(app)s declined the installation.") % app
    if item.installation.status == InstallationStatus.TIMEOUT:
        return _("The maker of %(app)s did not answer.") % app
    return ""
