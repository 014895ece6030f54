"""The token's owner, the token, and the owner's other tokens."""

from __future__ import annotations

from datetime import timedelta

from fondaco.identity.actions import create_personal_token, revoke_all_personal_tokens, revoke_personal_token
from fondaco.identity.actions.personal_tokens import Origin
from fondaco.identity.places import list_workplaces
from fondaco.identity.queries import get_personal_token, list_personal_tokens
from fondaco.kit import clock
from fondaco.surfaces.api.management.door import Place, Request, Routes
from fondaco.surfaces.api.management.pages import page
from fondaco.surfaces.api.management.shapes.fields import Cursor, Limit, Page
from fondaco.surfaces.api.management.shapes.people import MeShape, PersonShape, PlaceShape
from fondaco.surfaces.api.management.shapes.tokens import MadeTokenShape, MakeTokenBody, TokenShape

routes = Routes("Me", Place.PERSON)


@routes.reads("/me", MeShape, for_limited=True)
def get_me(request: Request) -> MeShape:
    """Who the token stands for, where they work, and what the token may do there."""
    person, token = request.caller.person, request.caller.shown_token
    places = [PlaceShape.of(place, token) for place in list_workplaces(person) if token.place in {"", place.key}]
    return MeShape(person=PersonShape.of(person), places=places, token=TokenShape.of(token))


@routes.does("/personal-tokens/revoke", None, for_limited=True)
def revoke_token(request: Request) -> None:
    """Ends the token that this request is made with, and those that were made with it."""
    caller = request.caller
    revoke_personal_token(actor=caller.actor, by=caller.person, token=caller.shown_token)


@routes.does("/personal-tokens/revoke-all", None)
def revoke_all_tokens(request: Request) -> None:
    """Ends every token of its owner, this one too. Needs a token without limits."""
    revoke_all_personal_tokens(actor=request.caller.actor, by=request.caller.person)


@routes.reads("/personal-tokens", Page[TokenShape])
def list_tokens(request: Request, cursor: Cursor = None, limit: Limit = 20) -> Page[TokenShape]:
    """The owner's tokens that were not revoked, newest first. Needs a token without limits."""
    return page(list_personal_tokens(request.caller.person), TokenShape.of, cursor=cursor, limit=limit, order="-id")


@routes.creates("/personal-tokens", MadeTokenShape)
def create_token(request: Request, body: MakeTokenBody) -> MadeTokenShape:
    """Makes a token that may do no more and lives no longer than this one, and ends with it."""
    caller, days = request.caller, body.expires_in_days
    token, plain = create_personal_token(
        actor=caller.actor,
        person=caller.person,
        name=body.name,
        scopes=body.scopes,
        place=body.place,
        expires_at=clock.now() + timedelta(days=days) if days else None,
        origin=Origin(made_with=caller.shown_token),
    )
    return MadeTokenShape(**TokenShape.of(token).model_dump(), token=plain)


@routes.removes("/personal-tokens/{token_id}")
def revoke_other_token(request: Request, token_id: str) -> None:
    """Ends one of the owner's tokens. Needs a token without limits."""
    caller = request.caller
    token = get_personal_token(caller.person, token_id)
    revoke_personal_token(actor=caller.actor, by=caller.person, token=token)
