"""OAuth clients of a partner's developer account."""

from __future__ import annotations

from fondaco.accounts.permissions import Permission
from fondaco.identity import actions
from fondaco.identity.actions import IssuedCredentials, Overlap
from fondaco.identity.queries import get_portal_client, list_client_history, list_portal_clients
from fondaco.surfaces.api.management.door import Place, Request, Routes
from fondaco.surfaces.api.management.pages import page, whole
from fondaco.surfaces.api.management.shapes.clients import (
    ClientShape,
    CreateClientBody,
    EditClientBody,
    IssuedShape,
    KeyPairBody,
    RegenerateBody,
)
from fondaco.surfaces.api.management.shapes.fields import Cursor, Limit, Page
from fondaco.surfaces.api.management.shapes.installations import EventShape

routes = Routes("Partner: OAuth clients", Place.PARTNER)
_MANAGE = Permission.PARTNER_CLIENTS_MANAGE


@routes.reads("/partners/{partner_id}/clients", Page[ClientShape], _MANAGE)
def list_clients(request: Request, partner_id: str, cursor: Cursor = None, limit: Limit = 20) -> Page[ClientShape]:
    """The clients that were made by hand for the developer account."""
    return page(list_portal_clients(request.caller.member), ClientShape.of, cursor=cursor, limit=limit)


@routes.creates("/partners/{partner_id}/clients", IssuedShape, _MANAGE)
def create_client(request: Request, partner_id: str, body: CreateClientBody) -> IssuedShape:
    """Makes a client. The secret is in this answer and in no other."""
    issued = actions.create_portal_client(
        actor=request.caller.actor,
        by=request.caller.member,
        fields=body.fields_of_client(),
        is_public=body.is_public,
    )
    return _issued(request, issued)


@routes.reads("/partners/{partner_id}/clients/{client_id}", ClientShape, _MANAGE)
def get_client(request: Request, partner_id: str, client_id: str) -> ClientShape:
    """One of them, with the client IDs that work now."""
    return ClientShape.of(get_portal_client(request.caller.member, client_id))


@routes.replaces("/partners/{partner_id}/clients/{client_id}", ClientShape, _MANAGE)
def edit_client(request: Request, partner_id: str, client_id: str, body: EditClientBody) -> ClientShape:
    """Changes a client. Taking a scope or a grant away ends all tokens that it has, at once."""
    by = request.caller.member
    actions.edit_portal_client(
        actor=request.caller.actor,
        by=by,
        client=get_portal_client(by, client_id),
        revision=body.revision,
        fields=body.fields_of_client(),
    )
    return ClientShape.of(get_portal_client(by, client_id))


@routes.does("/partners/{partner_id}/clients/{client_id}/regenerate", IssuedShape, _MANAGE)
def regenerate_client(request: Request, partner_id: str, client_id: str, body: RegenerateBody) -> IssuedShape:
    """A new client ID and secret; the old ones end after the overlap."""
    by = request.caller.member
    issued = actions.regenerate_secret(
        actor=request.caller.actor,
        by=by,
        client=get_portal_client(by, client_id),
        revision=body.revision,
        overlap=Overlap(body.overlap),
    )
    return _issued(request, issued)


@routes.does("/partners/{partner_id}/clients/{client_id}/key-pair", IssuedShape, _MANAGE)
def create_client_key_pair(request: Request, partner_id: str, client_id: str, body: KeyPairBody) -> IssuedShape:
    """A key pair for the newest client ID, in place of the one before."""
    by = request.caller.member
    issued = actions.create_key_pair(
        actor=request.caller.actor,
        by=by,
        client=get_portal_client(by, client_id),
        revision=body.revision,
        algorithm=body.algorithm,
    )
    return _issued(request, issued)


@routes.removes("/partners/{partner_id}/clients/{client_id}", _MANAGE)
def delete_client(request: Request, partner_id: str, client_id: str) -> None:
    """Ends a client for good: its secrets, keys and tokens are dead with the answer."""
    by = request.caller.member
    actions.delete_portal_client(actor=request.caller.actor, by=by, client=get_portal_client(by, client_id))


@routes.reads("/partners/{partner_id}/clients/{client_id}/history", Page[EventShape], _MANAGE)
def list_client_events(request: Request, partner_id: str, client_id: str) -> Page[EventShape]:
    """The latest fifty things that happened to a client and its client IDs."""
    return whole(list_client_history(get_portal_client(request.caller.member, client_id)), EventShape.of)


def _issued(request: Request, issued: IssuedCredentials) -> IssuedShape:
    return IssuedShape.of(issued, get_portal_client(request.caller.member, issued.set.client_id.hex))
