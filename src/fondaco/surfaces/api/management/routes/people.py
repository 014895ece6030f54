"""An account and the people in it."""

from __future__ import annotations

from fondaco.accounts import actions, queries
from fondaco.accounts.permissions import Permission
from fondaco.surfaces.api.management.door import Place, Request, Routes
from fondaco.surfaces.api.management.pages import page
from fondaco.surfaces.api.management.shapes.fields import Cursor, Limit, Page
from fondaco.surfaces.api.management.shapes.people import (
    AccountShape,
    InvitationShape,
    InviteUserBody,
    RoleBody,
    UserShape,
)

routes = Routes("Account: people", Place.ACCOUNT)


@routes.reads("/accounts/{account_id}", AccountShape)
def get_account(request: Request, account_id: str) -> AccountShape:
    """The account."""
    return AccountShape.of(request.caller.user.account)


@routes.reads("/accounts/{account_id}/users", Page[UserShape], Permission.PEOPLE_VIEW)
def list_users(
    request: Request, account_id: str, is_active: bool | None = None, cursor: Cursor = None, limit: Limit = 20
) -> Page[UserShape]:
    """The people of the account; also those who left, unless ``is_active`` is given."""
    found = queries.list_users(account_id, only_active=False)
    if is_active is not None:
        found = found.filter(is_active=is_active)
    return page(found, UserShape.of, cursor=cursor, limit=limit)


@routes.reads("/accounts/{account_id}/users/{user_id}", UserShape, Permission.PEOPLE_VIEW)
def get_user(request: Request, account_id: str, user_id: str) -> UserShape:
    """One of them."""
    return UserShape.of(queries.get_user(account_id, user_id))


@routes.replaces("/accounts/{account_id}/users/{user_id}/role", UserShape, Permission.PEOPLE_MANAGE)
def change_user_role(request: Request, account_id: str, user_id: str, body: RoleBody) -> UserShape:
    """Gives a user another role; the last administrator keeps theirs."""
    user, role = queries.get_user(account_id, user_id), queries.get_role(account_id, body.role_id)
    actor, by = request.caller.actor, request.caller.user
    return UserShape.of(actions.change_user_role(actor=actor, by=by, user=user, role=role))


@routes.does("/accounts/{account_id}/users/{user_id}/deactivate", UserShape, Permission.PEOPLE_MANAGE)
def deactivate_user(request: Request, account_id: str, user_id: str) -> UserShape:
    """Takes the seat away; what they did stays."""
    user = queries.get_user(account_id, user_id)
    return UserShape.of(actions.deactivate_user(actor=request.caller.actor, by=request.caller.user, user=user))


@routes.does("/accounts/{account_id}/users/{user_id}/reactivate", UserShape, Permission.PEOPLE_MANAGE)
def reactivate_user(request: Request, account_id: str, user_id: str) -> UserShape:
    """Gives the seat back."""
    user = queries.get_user(account_id, user_id)
    return UserShape.of(actions.reactivate_user(actor=request.caller.actor, by=request.caller.user, user=user))


@routes.reads("/accounts/{account_id}/invitations", Page[InvitationShape], Permission.PEOPLE_MANAGE)
def list_user_invitations(
    request: Request, account_id: str, only_open: bool = True, cursor: Cursor = None, limit: Limit = 20
) -> Page[InvitationShape]:
    """Invitations to the account: open ones, or all that were ever sent."""
    return page(
        queries.list_invitations(account_id, only_open=only_open), InvitationShape.of, cursor=cursor, limit=limit
    )


@routes.creates("/accounts/{account_id}/invitations", InvitationShape, Permission.PEOPLE_MANAGE)
def invite_user(request: Request, account_id: str, body: InviteUserBody) -> InvitationShape:
    """Invites someone by mail."""
    by = request.caller.user
    invitation = actions.invite_user(
        actor=request.caller.actor,
        by=by,
        account=by.account,
        email=body.email,
        name=body.name,
        role=queries.get_role(account_id, body.role_id),
    )
    return InvitationShape.of(invitation)


@routes.does("/accounts/{account_id}/invitations/{invitation_id}/withdraw", InvitationShape, Permission.PEOPLE_MANAGE)
def withdraw_user_invitation(request: Request, account_id: str, invitation_id: str) -> InvitationShape:
    """Takes an open invitation back."""
    invitation = queries.get_invitation(account_id, invitation_id)
    actor, by = request.caller.actor, request.caller.user
    return InvitationShape.of(actions.withdraw_invitation(actor=actor, by=by, invitation=invitation))


@routes.does("/accounts/{account_id}/invitations/{invitation_id}/resend", InvitationShape, Permission.PEOPLE_MANAGE)
def resend_user_invitation(request: Request, account_id: str, invitation_id: str) -> InvitationShape:
    """Mails an open or expired invitation again, with a new term; an expired one becomes a new one."""
    invitation = queries.get_invitation(account_id, invitation_id)
    actor, by = request.caller.actor, request.caller.user
    return InvitationShape.of(actions.resend_invitation(actor=actor, by=by, invitation=invitation))
