"""Invitations from the invited person's side: the mailed link is the proof."""

from __future__ import annotations

from django.utils.translation import gettext as _

from fondaco.accounts.actions import accept_invitation
from fondaco.accounts.queries import find_invitation, find_invited
from fondaco.audit.actor import Actor
from fondaco.identity.actions import create_personal_token
from fondaco.kit.errors import Invalid
from fondaco.kit.rate import check_rate
from fondaco.surfaces.api.management.door import Place, Request, Routes
from fondaco.surfaces.api.management.refusals import LoginExists
from fondaco.surfaces.api.management.shapes.people import (
    AcceptanceShape,
    AcceptBody,
    InvitationShape,
    OpenInvitationShape,
    PersonShape,
)

routes = Routes("Invitations", Place.ANYWHERE)


@routes.reads("/invitations/{token}", OpenInvitationShape)
def get_invitation(request: Request, token: str) -> OpenInvitationShape:
    """What the link leads to."""
    invitation = find_invitation(token)
    invited = find_invited(invitation)
    has_login = invited is not None and invited.has_usable_password()
    return OpenInvitationShape(**InvitationShape.of(invitation).model_dump(), has_login=has_login)


@routes.creates("/invitations/{token}/accept", AcceptanceShape)
def accept_invitation_by_link(request: Request, token: str, body: AcceptBody) -> AcceptanceShape:
    """Joins the place. Who had no login gets one, and a first personal access token; others show a token of theirs."""
    caller, invitation = request.caller, find_invitation(token)
    check_rate(f"join:{invitation.pk.hex}", limit=20, per=3600)
    invited = find_invited(invitation)
    has_login = invited is not None and invited.has_usable_password()
    actor = caller.actor
    if has_login and (caller.token is None or caller.person != invited):
        raise LoginExists
    if not has_login:
        if not (body.name or invitation.name):
            raise Invalid(fields={"name": [_("This is required.")]})
        actor = Actor.anonymous(label=body.name or invitation.name, address=caller.actor.address)
    person = accept_invitation(actor=actor, invitation=invitation, name=body.name, password=body.password)
    plain = None
    if not has_login:
        _token, plain = create_personal_token(actor=actor, person=person, name=_("From the invitation"))
    return AcceptanceShape(
        person=PersonShape.of(person), place=invitation.place, place_id=invitation.place_id, token=plain
    )
