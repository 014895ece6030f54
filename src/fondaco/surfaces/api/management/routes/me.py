"""The token's owner and the token."""

from __future__ import annotations

from collections.abc import Iterator

from fondaco.accounts.models import Operator
from fondaco.identity.actions import revoke_personal_token
from fondaco.surfaces.api.management.door import Place, Request, Routes
from fondaco.surfaces.api.management.shapes.people import MeShape, PersonShape, PlaceShape, TokenShape

routes = Routes("Me", Place.PERSON)


@routes.reads("/me", MeShape)
def get_me(request: Request) -> MeShape:
    """Who the token stands for, where they work, and what they may do there."""
    person, token = request.caller.person, request.caller.token
    assert token is not None  # for the type checker: this place needs one
    return MeShape(person=PersonShape.of(person), places=list(_places(request)), token=TokenShape.of(token))


@routes.does("/personal-tokens/revoke", None)
def revoke_token(request: Request) -> None:
    """Ends the token that this request is made with."""
    caller = request.caller
    if caller.token is not None:
        revoke_personal_token(actor=caller.actor, by=caller.person, token=caller.token)


def _places(request: Request) -> Iterator[PlaceShape]:
    person = request.caller.person
    for user in person.users.filter(is_active=True).select_related("account", "role").order_by("created_at"):
        permissions = sorted(user.permissions)
        yield PlaceShape(kind="account", id=user.account_id, name=user.account.company_name, permissions=permissions)
    for member in person.memberships.filter(is_active=True).select_related("partner").order_by("created_at"):
        permissions = sorted(member.permissions)
        yield PlaceShape(kind="partner", id=member.partner_id.hex, name=member.partner.name, permissions=permissions)
    for operator in Operator.objects.filter(person=person, is_active=True).select_related("person"):
        yield PlaceShape(
            kind="operator", id="staff", name=operator.person.name, permissions=sorted(operator.permissions)
        )
