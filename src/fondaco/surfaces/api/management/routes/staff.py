"""The platform's own staff."""

from __future__ import annotations

from fondaco.accounts import actions, queries
from fondaco.accounts.models import Operator
from fondaco.accounts.permissions import OperatorRole, Permission
from fondaco.surfaces.api.management.door import Place, Request, Routes
from fondaco.surfaces.api.management.pages import page, whole
from fondaco.surfaces.api.management.shapes.fields import Cursor, Limit, Page
from fondaco.surfaces.api.management.shapes.people import InvitationShape
from fondaco.surfaces.api.management.shapes.staff import AppointBody, AppointmentShape, OperatorShape, StaffRolesBody

routes = Routes("Operator: staff", Place.OPERATOR)


@routes.reads("/operator/staff", Page[OperatorShape], Permission.OPERATOR_STAFF_MANAGE)
def list_staff(request: Request) -> Page[OperatorShape]:
    """Everyone who works or worked for the platform."""
    return whole(queries.list_staff(request.caller.operator), OperatorShape.of)


@routes.creates("/operator/staff", AppointmentShape, Permission.OPERATOR_STAFF_MANAGE)
def appoint_staff(request: Request, body: AppointBody) -> AppointmentShape:
    """Makes someone staff who has a login, or invites them; only with responsibilities that the caller has."""
    found = actions.appoint_staff(
        actor=request.caller.actor,
        by=request.caller.operator,
        email=body.email,
        name=body.name,
        roles=map(OperatorRole, body.roles),
    )
    if isinstance(found, Operator):
        return AppointmentShape(operator=OperatorShape.of(found), invitation=None)
    return AppointmentShape(operator=None, invitation=InvitationShape.of(found))


@routes.replaces("/operator/staff/{operator_id}/roles", OperatorShape, Permission.OPERATOR_STAFF_MANAGE)
def change_staff_roles(request: Request, operator_id: str, body: StaffRolesBody) -> OperatorShape:
    """Other responsibilities; what is new the caller must have."""
    by = request.caller.operator
    operator = queries.get_staff(by, operator_id)
    roles = map(OperatorRole, body.roles)
    changed = actions.change_staff_roles(actor=request.caller.actor, by=by, operator=operator, roles=roles)
    return OperatorShape.of(changed)


@routes.does("/operator/staff/{operator_id}/deactivate", OperatorShape, Permission.OPERATOR_STAFF_MANAGE)
def deactivate_operator(request: Request, operator_id: str) -> OperatorShape:
    """Takes the post away, not one's own and not that of the last who decides about staff."""
    by = request.caller.operator
    operator = queries.get_staff(by, operator_id)
    return OperatorShape.of(actions.deactivate_operator(actor=request.caller.actor, by=by, operator=operator))


@routes.reads("/operator/staff-invitations", Page[InvitationShape], Permission.OPERATOR_STAFF_MANAGE)
def list_staff_invitations(
    request: Request, only_open: bool = True, cursor: Cursor = None, limit: Limit = 20
) -> Page[InvitationShape]:
    """Invitations to the staff: open ones, or all that were ever sent."""
    found = queries.list_staff_invitations(request.caller.operator, only_open=only_open)
    return page(found, InvitationShape.of, cursor=cursor, limit=limit)


@routes.does("/operator/staff-invitations/{invitation_id}/withdraw", InvitationShape, Permission.OPERATOR_STAFF_MANAGE)
def withdraw_staff_invitation(request: Request, invitation_id: str) -> InvitationShape:
    """Takes an open invitation back."""
    by = request.caller.operator
    invitation = queries.get_staff_invitation(by, invitation_id)
    withdrawn = actions.withdraw_staff_invitation(actor=request.caller.actor, by=by, invitation=invitation)
    return InvitationShape.of(withdrawn)


@routes.does("/operator/staff-invitations/{invitation_id}/resend", InvitationShape, Permission.OPERATOR_STAFF_MANAGE)
def resend_staff_invitation(request: Request, invitation_id: str) -> InvitationShape:
    """Mails an open or expired invitation again, with a new term; an expired one becomes a new one."""
    by = request.caller.operator
    invitation = queries.get_staff_invitation(by, invitation_id)
    return InvitationShape.of(actions.resend_staff_invitation(actor=request.caller.actor, by=by, invitation=invitation))
