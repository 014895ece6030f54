"""Ordering apps, and the apps of an account. Managers see all of them, others those that they hold a licence for."""

from __future__ import annotations

from fondaco.accounts.models import User
from fondaco.accounts.permissions import Permission
from fondaco.accounts.queries import list_users
from fondaco.catalog.models import Plan
from fondaco.installs import actions, orders
from fondaco.installs.actions import Consent
from fondaco.installs.auto_install import NOBODY
from fondaco.installs.errors import PlanElsewhere, UsersUnusable
from fondaco.installs.models import Installation
from fondaco.installs.offers import Offer, get_offer
from fondaco.installs.queries import (
    consent_text,
    get_installation,
    list_installations,
    list_licensed_users,
    list_operations,
)
from fondaco.messaging.queries import list_deliveries, list_logout_deliveries
from fondaco.surfaces.api.management.door import Place, Request, Routes
from fondaco.surfaces.api.management.pages import page, whole
from fondaco.surfaces.api.management.shapes.fields import Cursor, Limit, Page, WireId
from fondaco.surfaces.api.management.shapes.installations import (
    DeliveryShape,
    ForceBody,
    InstallationShape,
    InstallBody,
    LaunchShape,
    LinkToken,
    LogoutDeliveryShape,
    OfferShape,
    OperationShape,
    UninstallBody,
)
from fondaco.surfaces.api.management.shapes.offers import PlanShape
from fondaco.surfaces.api.management.shapes.orders import OrderedShape, OrderQuoteBody, OrderQuoteShape
from fondaco.surfaces.api.management.shapes.people import UserShape

routes = Routes("Account: apps", Place.ACCOUNT)

_MANAGERS = (Permission.APPS_MANAGE, Permission.APPS_INSTALL)


@routes.reads("/accounts/{account_id}/offers/{app}", OfferShape, Permission.APPS_INSTALL)
def get_account_offer(
    request: Request, account_id: str, app: str, version_id: WireId | None = None, t: LinkToken = ""
) -> OfferShape:
    """What the account may order of an app, with the words to agree to. ``app`` is the app's address.

    ``t`` is the secret of an installation link, which ends with it.
    """
    offer = get_offer(request.caller.user, app, version_id or "", t)
    version = offer.version
    return OfferShape(
        app=version.app.slug,
        version_id=version.pk.hex,
        version=version.name,
        plans=[PlanShape.of(plan) for plan in offer.plans if offer.can_choose(plan)],
        scopes=version.technical.scopes,
        consent_text=consent_text(version),
        installation_id=offer.installed.pk.hex if offer.installed else None,
        why_not=None if offer.why_not is None else str(offer.why_not),
    )


@routes.does("/accounts/{account_id}/offers/{app}/quote", OrderQuoteShape, Permission.APPS_INSTALL)
def quote_order(request: Request, account_id: str, app: str, body: OrderQuoteBody) -> OrderQuoteShape:
    """What an order would come to, also with everybody who may follow by its rules; nothing is ordered."""
    by = request.caller.user
    plan = _plan(get_offer(by, app, body.version_id or "", body.t), body.plan_id)
    auto_install = body.auto_install.wanted() if body.auto_install else NOBODY
    return OrderQuoteShape.of(orders.quote_order(by, plan, _users(account_id, body.user_ids), auto_install))


@routes.creates("/accounts/{account_id}/installations", OrderedShape, Permission.APPS_INSTALL)
def install_app(request: Request, account_id: str, body: InstallBody) -> OrderedShape:
    """Orders an app. The operation is open until the app's program answers."""
    by, users = request.caller.user, _users(account_id, body.user_ids)
    offer = get_offer(by, body.app, body.version_id or "", body.t)
    operation = actions.install_app(
        actor=request.caller.actor,
        by=by,
        version=offer.version,
        plan=_plan(offer, body.plan_id),
        users=users,
        consent=Consent(scopes=tuple(body.consent.scopes), text=body.consent.text),
        auto_install=body.auto_install.wanted() if body.auto_install else NOBODY,
        link=body.t,
    )
    return OrderedShape.ordered(operation, users)


@routes.reads("/accounts/{account_id}/installations", Page[InstallationShape])
def list_account_installations(request: Request, account_id: str) -> Page[InstallationShape]:
    """The caller's My Apps."""
    return whole(list_installations(request.caller.user), InstallationShape.of)


@routes.reads("/accounts/{account_id}/installations/{installation_id}", InstallationShape)
def get_account_installation(request: Request, account_id: str, installation_id: str) -> InstallationShape:
    """One app. Managers also find those that are gone."""
    return InstallationShape.of(get_installation(request.caller.user, installation_id))


@routes.does("/accounts/{account_id}/installations/{installation_id}/retry", OperationShape)
def retry_installation(request: Request, account_id: str, installation_id: str) -> OperationShape:
    """Tries a failed installation again. One that was declined or not answered only a manager may ask for anew."""
    by = request.caller.user
    installation = _find(request, installation_id)
    return OperationShape.of(actions.retry_installation(actor=request.caller.actor, by=by, installation=installation))


@routes.does("/accounts/{account_id}/installations/{installation_id}/uninstall", InstallationShape, *_MANAGERS)
def uninstall_app(request: Request, account_id: str, installation_id: str, body: UninstallBody) -> InstallationShape:
    """Removes an app for everyone once its program acknowledged, or after seven days whatever it says."""
    by = request.caller.user
    actions.uninstall_app(
        actor=request.caller.actor, by=by, installation=_find(request, installation_id), **body.model_dump()
    )
    return InstallationShape.of(get_installation(by, installation_id))


@routes.does("/accounts/{account_id}/installations/{installation_id}/remove", InstallationShape, *_MANAGERS)
def remove_installation(request: Request, account_id: str, installation_id: str) -> InstallationShape:
    """Removes an app that never worked, at once."""
    by = request.caller.user
    actions.cancel_installation(actor=request.caller.actor, by=by, installation=_find(request, installation_id))
    return InstallationShape.of(get_installation(by, installation_id))


@routes.does("/accounts/{account_id}/installations/{installation_id}/force-uninstall", InstallationShape, *_MANAGERS)
def force_uninstall_app(request: Request, account_id: str, installation_id: str, body: ForceBody) -> InstallationShape:
    """Removes an app at once whatever its state, where that is switched on for the account."""
    by = request.caller.user
    actions.force_uninstall_app(
        actor=request.caller.actor, by=by, installation=_find(request, installation_id), reason=body.reason
    )
    return InstallationShape.of(get_installation(by, installation_id))


@routes.does("/accounts/{account_id}/installations/{installation_id}/launch", LaunchShape, Permission.APPS_LAUNCH)
def launch_app(request: Request, account_id: str, installation_id: str) -> LaunchShape:
    """Notes that the caller opens the app, and says where; single sign-on goes on in their browser."""
    installation = _find(request, installation_id)
    actor, user = request.caller.actor, request.caller.user
    return LaunchShape(url=actions.record_launch(actor=actor, user=user, installation=installation))


@routes.reads("/accounts/{account_id}/installations/{installation_id}/users", Page[UserShape], *_MANAGERS)
def list_app_users(
    request: Request, account_id: str, installation_id: str, cursor: Cursor = None, limit: Limit = 20
) -> Page[UserShape]:
    """Who holds a licence, or will once the open change is approved."""
    found = list_licensed_users(_find(request, installation_id)).select_related("role")
    return page(found, UserShape.of, cursor=cursor, limit=limit)


@routes.reads("/accounts/{account_id}/installations/{installation_id}/operations", Page[OperationShape], *_MANAGERS)
def list_app_operations(
    request: Request, account_id: str, installation_id: str, cursor: Cursor = None, limit: Limit = 20
) -> Page[OperationShape]:
    """Every change of the app in the account, newest first."""
    found = list_operations(_find(request, installation_id))
    return page(found, OperationShape.of, cursor=cursor, limit=limit, order="-id")


@routes.reads("/accounts/{account_id}/installations/{installation_id}/deliveries", Page[DeliveryShape], *_MANAGERS)
def list_app_deliveries(
    request: Request, account_id: str, installation_id: str, cursor: Cursor = None, limit: Limit = 20
) -> Page[DeliveryShape]:
    """What was sent to the app's program, newest first, with every try."""
    installation = _find(request, installation_id)
    return page(list_deliveries(installation), DeliveryShape.of, cursor=cursor, limit=limit, order="-sequence")


@routes.reads(
    "/accounts/{account_id}/installations/{installation_id}/logout-deliveries", Page[LogoutDeliveryShape], *_MANAGERS
)
def list_app_logout_deliveries(
    request: Request, account_id: str, installation_id: str, cursor: Cursor = None, limit: Limit = 20
) -> Page[LogoutDeliveryShape]:
    """The OpenID logout tokens for the app's program, newest first, with every try."""
    installation = _find(request, installation_id)
    return page(list_logout_deliveries(installation), LogoutDeliveryShape.of, cursor=cursor, limit=limit, order="-id")


def _find(request: Request, installation_id: str) -> Installation:
    return get_installation(request.caller.user, installation_id).installation


def _plan(offer: Offer, plan_id: str) -> Plan:
    found = next((plan for plan in offer.plans if plan.pk.hex == plan_id), None)
    if found is None:
        raise PlanElsewhere
    return found


def _users(account_id: str, user_ids: list[str]) -> list[User]:
    """The users in the order given, repetitions and all: the action judges the list."""
    found = {user.pk: user for user in list_users(account_id, only_active=False).filter(pk__in=user_ids)}
    if unknown := [user_id for user_id in user_ids if user_id not in found]:
        raise UsersUnusable(fields={"user_ids": [", ".join(unknown)]})
    return [found[user_id] for user_id in user_ids]
