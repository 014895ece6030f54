"""Why somebody cannot see, install or launch an app: for themselves, for managers, and for support."""

from __future__ import annotations

from fondaco.accounts.permissions import Permission
from fondaco.accounts.queries import get_account, get_user
from fondaco.installs.explaining import explain, get_explainable
from fondaco.installs.policies import can_manage
from fondaco.kit.errors import NotFound
from fondaco.surfaces.api.management.door import Place, Request, Routes
from fondaco.surfaces.api.management.shapes.explaining import ExplanationShape
from fondaco.surfaces.api.management.shapes.fields import ShortId, Slug

routes = Routes("Account: apps", Place.ACCOUNT)
operator_routes = Routes("Operator: installations", Place.OPERATOR)


@routes.reads("/accounts/{account_id}/explanation", ExplanationShape)
def explain_app(request: Request, account_id: str, app: Slug, user_id: ShortId | None = None) -> ExplanationShape:
    """Every rule that keeps the caller from an app; managers ask for others of the account, too."""
    by = request.caller.user
    user = by
    if user_id is not None and user_id != by.pk:
        if not can_manage(by):
            raise NotFound
        user = get_user(account_id, user_id)
    return ExplanationShape.of(explain(user, get_explainable(user, app)))


@operator_routes.reads("/operator/accounts/{account_id}/explanation", ExplanationShape, Permission.OPERATOR_SUPPORT)
def explain_app_for_support(request: Request, account_id: str, app: Slug, user_id: ShortId) -> ExplanationShape:
    """The same for anybody of an account."""
    account = get_account(request.caller.operator, account_id)
    user = get_user(account.pk, user_id)
    return ExplanationShape.of(explain(user, get_explainable(user, app, is_for_staff=True)))
