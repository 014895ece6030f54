"""Badges of an installed app: a pure function of what is known; nothing stores them (FAQ 16, DOMAIN 7.8)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fondaco.installs.states import InstallationStatus


class Badge(StrEnum):
    """In the order of their importance: of the first nine only one is shown, the other two sit in corners."""

    CUT_OFF = "cut_off"
    FAILED_UPDATE = "failed_update"
    FAILED_INSTALLATION = "failed_installation"
    TRIAL_EXPIRED = "trial_expired"
    INSTALLING = "installing"
    UPDATING = "updating"
    UPGRADE_AVAILABLE = "upgrade_available"
    MANUALLY_PROVISIONED = "manually_provisioned"
    ACTIVE = "active"
    MANAGEABLE = "manageable"
    FORCE_UNINSTALL = "force_uninstall"


@dataclass(frozen=True, slots=True)
class Look:
    """How a badge is shown: text and icon carry the meaning, ``tone`` only repeats it."""

    label: Promise
    explanation: Promise
    icon: str
    tone: str  # neutral, info, success, warning or danger
    dims_icon: bool = False


@dataclass(frozen=True, slots=True)
class InstallationFacts:
    """What is known of an installation. ``has_worked``: the partner once approved it."""

    status: InstallationStatus
    has_worked: bool = False
    is_manually_provisioned: bool = False  # the version installed
    has_upgrade: bool = False  # the account could move to a newer version
    is_cut_off: bool = False  # by an operator
    is_trial_over: bool = False  # also while the plan that was chosen then waits


@dataclass(frozen=True, slots=True)
class ViewerFacts:
    """What is known of who looks."""

    can_manage: bool = False
    can_force: bool = False


LOOKS: Final[dict[Badge, Look]] = {
    Badge.CUT_OFF: Look(
        _("Cut off"),
        _("The platform keeps the app's program out, so nobody can open it. You can ask why, or uninstall the app."),
        "plug-off",
        "danger",
        dims_icon=True,
    ),
    Badge.FAILED_UPDATE: Look(
        _("Failed update"),
        _("A change failed and could not be taken back. Ask support to mend it."),
        "urgent",
        "danger",
    ),
    Badge.FAILED_INSTALLATION: Look(
        _("Failed installation"),
        _("The app could not be reached, or did not confirm the installation."),
        "alert-circle",
        "danger",
        dims_icon=True,
    ),
    Badge.TRIAL_EXPIRED: Look(
        _("Trial expired"),
        _("The trial is over. Choose a plan, or uninstall the app."),
        "alert-triangle",
        "warning",
        dims_icon=True,
    ),
    Badge.INSTALLING: Look(
        _("Installing"), _("Waiting for the app's maker to confirm."), "loader-2", "info", dims_icon=True
    ),
    Badge.UPDATING: Look(
        _("Updating"), _("A change waits for the app's maker. What worked before goes on working."), "refresh", "info"
    ),
    Badge.UPGRADE_AVAILABLE: Look(
        _("Upgrade available"),
        _("A newer version is there. Review what changes, then upgrade."),
        "arrow-up",
        "success",
    ),
    Badge.MANUALLY_PROVISIONED: Look(
        _("Manually provisioned"),
        _("People at the app's maker carry out each change, so it may take longer."),
        "hand-stop",
        "neutral",
    ),
    Badge.ACTIVE: Look(_("Active"), _("Everything works."), "check", "success"),
    Badge.MANAGEABLE: Look(_("Manage"), _("Change users, plan and settings, or uninstall."), "settings", "neutral"),
    Badge.FORCE_UNINSTALL: Look(
        _("Force uninstall"), _("Remove the app at once, whatever its state."), "trash-x", "danger"
    ),
}
_BY_STATUS: Final = {
    InstallationStatus.INSTALLING: Badge.INSTALLING,
    InstallationStatus.PENDING: Badge.UPDATING,
    InstallationStatus.REJECTED: Badge.FAILED_INSTALLATION,
    InstallationStatus.TIMEOUT: Badge.FAILED_INSTALLATION,
    InstallationStatus.SUSPENDED: Badge.TRIAL_EXPIRED,
}


def badges(installation: InstallationFacts, viewer: ViewerFacts) -> tuple[Badge, ...]:
    """The one badge that says where the installation stands, then those in the corners; none once it is gone."""
    if installation.status == InstallationStatus.REVOKED:
        return ()
    corners = [(Badge.MANAGEABLE, viewer.can_manage), (Badge.FORCE_UNINSTALL, viewer.can_force)]
    return (_standing(installation, viewer), *(badge for badge, is_shown in corners if is_shown))


def _standing(installation: InstallationFacts, viewer: ViewerFacts) -> Badge:
    if installation.is_cut_off:
        return Badge.CUT_OFF
    if installation.status == InstallationStatus.FAILED:
        return Badge.FAILED_UPDATE if installation.has_worked else Badge.FAILED_INSTALLATION
    if installation.status == InstallationStatus.PENDING and installation.is_trial_over:
        return Badge.TRIAL_EXPIRED
    if found := _BY_STATUS.get(installation.status):
        return found
    if installation.has_upgrade and viewer.can_manage:  # it asks for a decision
        return Badge.UPGRADE_AVAILABLE
    return Badge.MANUALLY_PROVISIONED if installation.is_manually_provisioned else Badge.ACTIVE
