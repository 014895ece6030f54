"""Whether the managers of an account may remove apps at once; the platform's staff decide."""

from __future__ import annotations

from fondaco.accounts.permissions import Permission
from fondaco.accounts.queries import get_account
from fondaco.installs import actions
from fondaco.surfaces.api.management.door import Place, Request, Routes
from fondaco.surfaces.api.management.shapes.allowing import AllowBody
from fondaco.surfaces.api.management.shapes.people import AccountShape

routes = Routes("Operator: the house", Place.OPERATOR)


@routes.replaces("/operator/accounts/{account_id}/force-uninstall", AccountShape, Permission.OPERATOR_SUPPORT)
def allow_force_uninstall(request: Request, account_id: str, body: AllowBody) -> AccountShape:
    """Lets an account's managers remove apps at once, or no longer; ``features`` has ``force_uninstall`` meanwhile."""
    by = request.caller.operator
    account = actions.allow_force_uninstall(
        actor=request.caller.actor,
        by=by,
        account=get_account(by, account_id),
        is_allowed=body.is_allowed,
        reason=body.reason,
    )
    return AccountShape.of(account)
