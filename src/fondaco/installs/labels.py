"""Words for the states of an installation."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fondaco.installs.states import InstallationStatus, OperationKind

STATUSES: Final[dict[InstallationStatus, Promise]] = {
    InstallationStatus.INSTALLING: _("Installing"),
    InstallationStatus.COMPLETED: _("Active"),
    InstallationStatus.FAILED: _("Failed"),
    InstallationStatus.REJECTED: _("Rejected"),
    InstallationStatus.TIMEOUT: _("Not answered"),
    InstallationStatus.PENDING: _("Change waiting"),
    InstallationStatus.SUSPENDED: _("Suspended"),
    InstallationStatus.REVOKED: _("Removed"),
}
OPERATIONS: Final[dict[OperationKind, Promise]] = {
    OperationKind.INSTALL: _("The installation"),
    OperationKind.UPDATE: _("A change"),
    OperationKind.UPGRADE: _("An upgrade"),
    OperationKind.UNINSTALL: _("The removal"),
}
