"""The roles of an account."""

from __future__ import annotations

from fondaco.accounts import actions, queries
from fondaco.accounts.permissions import Permission
from fondaco.surfaces.api.management.door import Place, Request, Routes
from fondaco.surfaces.api.management.pages import page
from fondaco.surfaces.api.management.shapes.fields import Cursor, Limit, Page
from fondaco.surfaces.api.management.shapes.people import RoleShape
from fondaco.surfaces.api.management.shapes.roles import SaveRoleBody, WriteRoleBody

routes = Routes("Account: roles", Place.ACCOUNT)


@routes.reads("/accounts/{account_id}/roles", Page[RoleShape], Permission.PEOPLE_VIEW)
def list_roles(request: Request, account_id: str, cursor: Cursor = None, limit: Limit = 20) -> Page[RoleShape]:
    """The roles of the account, and what they allow."""
    return page(queries.list_roles(account_id), RoleShape.of, cursor=cursor, limit=limit)


@routes.creates("/accounts/{account_id}/roles", RoleShape, Permission.ROLES_MANAGE)
def create_role(request: Request, account_id: str, body: WriteRoleBody) -> RoleShape:
    """Adds a role; it may hold what the caller holds."""
    permissions = [Permission(one) for one in body.permissions]
    actor, by = request.caller.actor, request.caller.user
    return RoleShape.of(actions.create_role(actor=actor, by=by, name=body.name, permissions=permissions))


@routes.reads("/accounts/{account_id}/roles/{role_id}", RoleShape, Permission.PEOPLE_VIEW)
def get_role(request: Request, account_id: str, role_id: str) -> RoleShape:
    """One role."""
    return RoleShape.of(queries.get_role(account_id, role_id))


@routes.replaces("/accounts/{account_id}/roles/{role_id}", RoleShape, Permission.ROLES_MANAGE)
def edit_role(request: Request, account_id: str, role_id: str, body: SaveRoleBody) -> RoleShape:
    """Another name, other permissions. ``revision`` is the one that was read: who saves later is told."""
    role = actions.edit_role(
        actor=request.caller.actor,
        by=request.caller.user,
        role=queries.get_role(account_id, role_id),
        revision=body.revision,
        name=body.name,
        permissions=[Permission(one) for one in body.permissions],
    )
    return RoleShape.of(role)


@routes.removes("/accounts/{account_id}/roles/{role_id}", Permission.ROLES_MANAGE)
def delete_role(request: Request, account_id: str, role_id: str) -> None:
    """Removes a role that nobody has and no invitation names."""
    role = queries.get_role(account_id, role_id)
    actions.delete_role(actor=request.caller.actor, by=request.caller.user, role=role)
