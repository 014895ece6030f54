"""The whole house, for the platform's own staff: partners, accounts, installations and the audit trail."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fondaco.accounts import queries
from fondaco.accounts.permissions import Permission
from fondaco.installs.queries import list_for_support
from fondaco.kit.ids import parse_wire
from fondaco.partners.actions import invite_owner
from fondaco.partners.queries import get_partner, list_partners
from fondaco.surfaces.api.management.door import Place, Request, Routes
from fondaco.surfaces.api.management.pages import page
from fondaco.surfaces.api.management.shapes.fields import Cursor, Limit, Page, ShortId, WireId
from fondaco.surfaces.api.management.shapes.installations import EventShape, SupportInstallationShape
from fondaco.surfaces.api.management.shapes.partners import PartnerShape
from fondaco.surfaces.api.management.shapes.people import AccountShape, InvitationShape

routes = Routes("Operator: the house", Place.OPERATOR)

Search = Annotated[str, Field(max_length=100, pattern=r"^[^\x00]*$")]


@routes.reads("/operator/partners", Page[PartnerShape], Permission.OPERATOR_VIEW)
def list_all_partners(
    request: Request, text: Search = "", cursor: Cursor = None, limit: Limit = 20
) -> Page[PartnerShape]:
    """All partners; ``text`` is part of the name."""
    found = list_partners(request.caller.operator, text=text)
    return page(found, PartnerShape.of, cursor=cursor, limit=limit, order="name")


@routes.reads("/operator/partners/{partner_id}", PartnerShape, Permission.OPERATOR_VIEW)
def get_any_partner(request: Request, partner_id: str) -> PartnerShape:
    """One partner."""
    return PartnerShape.of(get_partner(request.caller.operator, partner_id))


@routes.does("/operator/partners/{partner_id}/invite-owner", InvitationShape, Permission.OPERATOR_PARTNERS)
def invite_partner_owner(request: Request, partner_id: str) -> InvitationShape:
    """Invites the contact of a partner without owner again."""
    by = request.caller.operator
    partner = get_partner(by, partner_id)
    return InvitationShape.of(invite_owner(actor=request.caller.actor, by=by, partner=partner))


@routes.reads("/operator/accounts", Page[AccountShape], Permission.OPERATOR_VIEW)
def list_all_accounts(
    request: Request, text: Search = "", cursor: Cursor = None, limit: Limit = 20
) -> Page[AccountShape]:
    """All accounts; ``text`` is part of the company or the name."""
    found = queries.list_accounts(request.caller.operator, text=text)
    return page(found, AccountShape.of, cursor=cursor, limit=limit, order="name")


@routes.reads("/operator/accounts/{account_id}", AccountShape, Permission.OPERATOR_VIEW)
def get_any_account(request: Request, account_id: str) -> AccountShape:
    """One account."""
    return AccountShape.of(queries.get_account(request.caller.operator, account_id))


@routes.reads(
    "/operator/accounts/{account_id}/installations", Page[SupportInstallationShape], Permission.OPERATOR_SUPPORT
)
def list_installations_for_support(
    request: Request, account_id: str, cursor: Cursor = None, limit: Limit = 20
) -> Page[SupportInstallationShape]:
    """Every installation that an account ever had, newest first."""
    account = queries.get_account(request.caller.operator, account_id)
    found = list_for_support(request.caller.operator, account.pk)
    return page(found, SupportInstallationShape.of, cursor=cursor, limit=limit, order="-id")


@routes.reads("/operator/events", Page[EventShape], Permission.OPERATOR_VIEW)
def list_events(
    request: Request,
    kind: Annotated[str, Field(pattern="^[a-z_]+[.][a-z_]+$")] | None = None,
    account_id: ShortId | None = None,
    partner_id: WireId | None = None,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Page[EventShape]:
    """The audit trail, newest first."""
    found = queries.list_events(
        request.caller.operator,
        kind=kind or "",
        account_id=account_id or "",
        partner_id=parse_wire(partner_id),
    )
    return page(found, EventShape.of, cursor=cursor, limit=limit, order="-id")
