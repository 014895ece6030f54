"""Changing an installed app: its users, its plan, and how many licences are bought."""

from __future__ import annotations

from fondaco.accounts.models import User
from fondaco.accounts.permissions import Permission
from fondaco.accounts.queries import list_users
from fondaco.installs.actions import update_settings
from fondaco.installs.changes import Settings, quote
from fondaco.installs.errors import PlanElsewhere, SettingsUnusable
from fondaco.installs.models import Installation
from fondaco.installs.queries import get_installation
from fondaco.surfaces.api.management.door import Place, Request, Routes
from fondaco.surfaces.api.management.shapes.installations import QuoteShape, SettingsBody
from fondaco.surfaces.api.management.shapes.orders import OrderedShape

routes = Routes("Account: apps", Place.ACCOUNT)

_MANAGERS = (Permission.APPS_MANAGE, Permission.APPS_INSTALL)


@routes.does("/accounts/{account_id}/installations/{installation_id}/settings/quote", QuoteShape, *_MANAGERS)
def quote_settings(request: Request, account_id: str, installation_id: str, body: SettingsBody) -> QuoteShape:
    """What a change would come to; nothing is changed."""
    by = request.caller.user
    installation = get_installation(by, installation_id).installation
    return QuoteShape.of(quote(by, installation, _wanted(by, installation, body)))


@routes.does("/accounts/{account_id}/installations/{installation_id}/settings", OrderedShape, *_MANAGERS)
def change_settings(request: Request, account_id: str, installation_id: str, body: SettingsBody) -> OrderedShape:
    """Asks the app's program for a change. What is in force stays so until it approves."""
    by = request.caller.user
    installation = get_installation(by, installation_id).installation
    wanted = _wanted(by, installation, body)
    operation = update_settings(
        actor=request.caller.actor, by=by, installation=installation, wanted=wanted, seen=body.mark
    )
    held = operation.current["users"]
    return OrderedShape.ordered(operation, (user for user in wanted.users if user.pk not in held))


def _wanted(by: User, installation: Installation, body: SettingsBody) -> Settings:
    plan = installation.plan
    if body.plan_id is not None and body.plan_id != plan.pk.hex:
        offered = installation.version.plans.filter(pk=body.plan_id).first()
        if offered is None:
            raise PlanElsewhere
        plan = offered
    people = list_users(by.account_id, only_active=False)
    if body.user_ids is None:
        users = list(people.filter(licences__installation=installation, is_active=True))
    else:
        found = {user.pk: user for user in people.filter(pk__in=body.user_ids)}
        if unknown := [user_id for user_id in body.user_ids if user_id not in found]:
            raise SettingsUnusable(fields={"user_ids": [", ".join(unknown)]})
        users = [found[user_id] for user_id in body.user_ids]
    licences = body.total_licences
    if licences is None:  # more people than were bought raise it
        licences = max(installation.total_licences, len(users))
    return Settings(plan, users, licences, body.auto_install.wanted() if body.auto_install else None)
