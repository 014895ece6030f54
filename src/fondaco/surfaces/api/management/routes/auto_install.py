"""Who gets an app without being picked. The rules are changed with the other settings."""

from __future__ import annotations

from fondaco.accounts.permissions import Permission
from fondaco.installs.queries import get_installation
from fondaco.installs.rules import find_waiting, rules_of
from fondaco.surfaces.api.management.door import Place, Request, Routes
from fondaco.surfaces.api.management.shapes.auto_install import AutoInstallShape

routes = Routes("Account: apps", Place.ACCOUNT)


@routes.reads(
    "/accounts/{account_id}/installations/{installation_id}/auto-install",
    AutoInstallShape,
    Permission.APPS_MANAGE,
    Permission.APPS_INSTALL,
)
def get_auto_install(request: Request, account_id: str, installation_id: str) -> AutoInstallShape:
    """The rules in force, their cap, and who waits for a licence by them."""
    installation = get_installation(request.caller.user, installation_id).installation
    return AutoInstallShape.of(rules_of(installation), find_waiting(installation))
