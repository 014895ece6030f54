"""Moving an installed app to a newer version."""

from __future__ import annotations

from fondaco.accounts.permissions import Permission
from fondaco.installs.actions import Consent, upgrade_app
from fondaco.installs.errors import PlanElsewhere, SettingsMoved
from fondaco.installs.queries import get_installation
from fondaco.installs.upgrades import get_upgrade
from fondaco.surfaces.api.management.door import Place, Request, Routes
from fondaco.surfaces.api.management.shapes.installations import OperationShape
from fondaco.surfaces.api.management.shapes.upgrades import UpgradeBody, UpgradeShape

routes = Routes("Account: apps", Place.ACCOUNT)

_MANAGERS = (Permission.APPS_MANAGE, Permission.APPS_INSTALL)


@routes.reads("/accounts/{account_id}/installations/{installation_id}/upgrade", UpgradeShape, *_MANAGERS)
def get_account_upgrade(request: Request, account_id: str, installation_id: str) -> UpgradeShape:
    """What the newest version that the account may have would change; nothing is changed."""
    by = request.caller.user
    return UpgradeShape.of(get_upgrade(by, get_installation(by, installation_id).installation))


@routes.does("/accounts/{account_id}/installations/{installation_id}/upgrade", OperationShape, *_MANAGERS)
def upgrade_installation(request: Request, account_id: str, installation_id: str, body: UpgradeBody) -> OperationShape:
    """Agrees to a newer version. The one in force runs on, with what it may do, until the app's program approves."""
    by = request.caller.user
    installation = get_installation(by, installation_id).installation
    found = get_upgrade(by, installation)
    if found.version.pk.hex != body.version_id:
        raise SettingsMoved(app=installation.app.name)
    plan = next((each.plan for each in found.choices if each.plan.pk.hex == body.plan_id), None)
    if plan is None:
        raise PlanElsewhere
    operation = upgrade_app(
        actor=request.caller.actor,
        by=by,
        installation=installation,
        version=found.version,
        plan=plan,
        consent=Consent(scopes=tuple(body.consent.scopes), text=body.consent.text),
        seen=body.mark,
    )
    return OperationShape.of(operation)
