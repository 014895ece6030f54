"""A partner as its members see it, and its people."""

from __future__ import annotations

from fondaco.accounts.permissions import Permission
from fondaco.partners import actions
from fondaco.partners.models import MemberRole
from fondaco.partners.queries import (
    get_member,
    get_member_invitation,
    list_developer_grants,
    list_member_invitations,
    list_members,
)
from fondaco.surfaces.api.management.door import Place, Request, Routes
from fondaco.surfaces.api.management.pages import page
from fondaco.surfaces.api.management.shapes.fields import Cursor, Limit, Page
from fondaco.surfaces.api.management.shapes.partners import DeveloperGrantShape, OwnPartnerShape, PartnerShape
from fondaco.surfaces.api.management.shapes.people import (
    InvitationShape,
    InviteMemberBody,
    MemberRoleBody,
    MemberShape,
)

routes = Routes("Partner", Place.PARTNER)


@routes.reads("/partners/{partner_id}", OwnPartnerShape, Permission.PARTNER_VIEW)
def get_partner(request: Request, partner_id: str) -> OwnPartnerShape:
    """The partner, and what its developer account was given."""
    partner = request.caller.member.partner
    grants = [DeveloperGrantShape.of(grant) for grant in list_developer_grants(partner)]
    return OwnPartnerShape(**PartnerShape.of(partner).model_dump(), developer_grants=grants)


@routes.reads("/partners/{partner_id}/members", Page[MemberShape], Permission.PARTNER_VIEW)
def list_partner_members(
    request: Request, partner_id: str, cursor: Cursor = None, limit: Limit = 20
) -> Page[MemberShape]:
    """The people of the partner."""
    return page(list_members(request.caller.member.partner), MemberShape.of, cursor=cursor, limit=limit)


@routes.replaces("/partners/{partner_id}/members/{member_id}/role", MemberShape, Permission.PARTNER_MEMBERS_MANAGE)
def change_member_role(request: Request, partner_id: str, member_id: str, body: MemberRoleBody) -> MemberShape:
    """Gives a member another role; the last owner stays one."""
    by = request.caller.member
    member = get_member(by.partner, member_id)
    role = MemberRole(body.role)
    return MemberShape.of(actions.change_member_role(actor=request.caller.actor, by=by, member=member, role=role))


@routes.removes("/partners/{partner_id}/members/{member_id}", Permission.PARTNER_MEMBERS_MANAGE)
def remove_member(request: Request, partner_id: str, member_id: str) -> None:
    """Ends a membership and the seat in the developer account; the last owner cannot go."""
    by = request.caller.member
    actions.remove_member(actor=request.caller.actor, by=by, member=get_member(by.partner, member_id))


@routes.reads("/partners/{partner_id}/invitations", Page[InvitationShape], Permission.PARTNER_MEMBERS_MANAGE)
def list_partner_invitations(
    request: Request, partner_id: str, only_open: bool = True, cursor: Cursor = None, limit: Limit = 20
) -> Page[InvitationShape]:
    """Invitations to the partner: open ones, or all that were ever sent."""
    found = list_member_invitations(request.caller.member.partner, only_open=only_open)
    return page(found, InvitationShape.of, cursor=cursor, limit=limit)


@routes.creates("/partners/{partner_id}/invitations", InvitationShape, Permission.PARTNER_MEMBERS_MANAGE)
def invite_member(request: Request, partner_id: str, body: InviteMemberBody) -> InvitationShape:
    """Invites a colleague by mail."""
    invitation = actions.invite_member(
        actor=request.caller.actor,
        by=request.caller.member,
        email=body.email,
        name=body.name,
        role=MemberRole(body.role),
    )
    return InvitationShape.of(invitation)


@routes.does(
    "/partners/{partner_id}/invitations/{invitation_id}/withdraw", InvitationShape, Permission.PARTNER_MEMBERS_MANAGE
)
def withdraw_member_invitation(request: Request, partner_id: str, invitation_id: str) -> InvitationShape:
    """Takes an open invitation back."""
    by = request.caller.member
    invitation = get_member_invitation(by.partner, invitation_id)
    return InvitationShape.of(
        actions.withdraw_member_invitation(actor=request.caller.actor, by=by, invitation=invitation)
    )


@routes.does(
    "/partners/{partner_id}/invitations/{invitation_id}/resend", InvitationShape, Permission.PARTNER_MEMBERS_MANAGE
)
def resend_member_invitation(request: Request, partner_id: str, invitation_id: str) -> InvitationShape:
    """Mails an open or expired invitation again, with a new term; an expired one becomes a new one."""
    by = request.caller.member
    invitation = get_member_invitation(by.partner, invitation_id)
    return InvitationShape.of(
        actions.resend_member_invitation(actor=request.caller.actor, by=by, invitation=invitation)
    )
