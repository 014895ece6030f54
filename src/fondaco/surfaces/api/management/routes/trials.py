"""Trials: how one stands, and letting it last longer, which only the platform's staff may."""

from __future__ import annotations

from fondaco.accounts.permissions import Permission
from fondaco.installs import actions
from fondaco.installs.queries import get_for_support, get_installation, get_trial
from fondaco.surfaces.api.management.door import Place, Request, Routes
from fondaco.surfaces.api.management.shapes.trials import ExtendTrialBody, TrialShape

routes = Routes("Account: apps", Place.ACCOUNT)
operator_routes = Routes("Operator: the house", Place.OPERATOR)


@routes.reads("/accounts/{account_id}/installations/{installation_id}/trial", TrialShape)
def get_app_trial(request: Request, account_id: str, installation_id: str) -> TrialShape:
    """The trial of an app of the caller's My Apps; there is none for most."""
    return TrialShape.of(get_trial(get_installation(request.caller.user, installation_id).installation))


@operator_routes.reads("/operator/installations/{installation_id}/trial", TrialShape, Permission.OPERATOR_SUPPORT)
def get_trial_for_support(request: Request, installation_id: str) -> TrialShape:
    """The trial of any installation."""
    return TrialShape.of(get_trial(get_for_support(request.caller.operator, installation_id)))


@operator_routes.does("/operator/installations/{installation_id}/trial/extend", TrialShape, Permission.OPERATOR_SUPPORT)
def extend_trial(request: Request, installation_id: str, body: ExtendTrialBody) -> TrialShape:
    """Lets a running trial last to the end of a later day; the partner and the account's managers are told."""
    by = request.caller.operator
    installation = get_for_support(by, installation_id)
    trial = actions.extend_trial(
        actor=request.caller.actor, by=by, installation=installation, last_day=body.last_day, reason=body.reason
    )
    return TrialShape.of(trial)
