"""Handing an app over to another partner: the two partners' steps, and the operator's."""

from __future__ import annotations

from fondaco.accounts.permissions import Permission
from fondaco.catalog import actions
from fondaco.catalog.models import AppTransfer
from fondaco.catalog.queries import (
    find_in_review,
    get_any_transfer,
    get_app,
    get_transfer,
    list_all_transfers,
    list_transfers,
)
from fondaco.installs.endings import weigh
from fondaco.kit.rate import check_rate
from fondaco.surfaces.api.management.door import Place, Request, Routes
from fondaco.surfaces.api.management.pages import page
from fondaco.surfaces.api.management.shapes.fields import Cursor, Limit, Page
from fondaco.surfaces.api.management.shapes.lifecycle import (
    DeclineBody,
    OfferAppBody,
    RefuseBody,
    TransferDetailsShape,
    TransferShape,
)

routes = Routes("Partner: transfers", Place.PARTNER)
operator_routes = Routes("Operator: transfers", Place.OPERATOR)

_OWNERS = Permission.PARTNER_APPS_TRANSFER
_MANAGERS = Permission.OPERATOR_PARTNERS


@routes.creates("/partners/{partner_id}/apps/{app_id}/transfer", TransferShape, _OWNERS)
def offer_app(request: Request, partner_id: str, app_id: str, body: OfferAppBody) -> TransferShape:
    """Offers an app to another partner, whose owners have 14 days to answer."""
    by = request.caller.member
    app = get_app(by, app_id)
    check_rate(f"transfer:{by.partner_id.hex}", limit=20, per=3600)
    return TransferShape.of(
        actions.offer_app(actor=request.caller.actor, by=by, app=app, receiver=body.receiver, note=body.note)
    )


@routes.reads("/partners/{partner_id}/transfers", Page[TransferShape], _OWNERS)
def list_app_transfers(
    request: Request, partner_id: str, cursor: Cursor = None, limit: Limit = 20
) -> Page[TransferShape]:
    """What the partner offered and was offered, newest first."""
    return page(list_transfers(request.caller.member), TransferShape.of, cursor=cursor, limit=limit, order="-id")


@routes.reads("/partners/{partner_id}/transfers/{transfer_id}", TransferDetailsShape, _OWNERS)
def get_app_transfer(request: Request, partner_id: str, transfer_id: str) -> TransferDetailsShape:
    """One transfer, with what moves."""
    return _details(get_transfer(request.caller.member, transfer_id))


@routes.does("/partners/{partner_id}/transfers/{transfer_id}/accept", TransferShape, _OWNERS)
def accept_transfer(request: Request, partner_id: str, transfer_id: str) -> TransferShape:
    """The receiving owner agrees. The app moves when the operator has confirmed it."""
    by = request.caller.member
    transfer = get_transfer(by, transfer_id)
    return TransferShape.of(actions.accept_transfer(actor=request.caller.actor, by=by, transfer=transfer))


@routes.does("/partners/{partner_id}/transfers/{transfer_id}/decline", TransferShape, _OWNERS)
def decline_transfer(request: Request, partner_id: str, transfer_id: str, body: DeclineBody) -> TransferShape:
    """The receiving owner does not want it."""
    by, actor = request.caller.member, request.caller.actor
    transfer = get_transfer(by, transfer_id)
    return TransferShape.of(actions.decline_transfer(actor=actor, by=by, transfer=transfer, reason=body.reason))


@routes.does("/partners/{partner_id}/transfers/{transfer_id}/withdraw", TransferShape, _OWNERS)
def withdraw_transfer(request: Request, partner_id: str, transfer_id: str) -> TransferShape:
    """The giving owner takes an offer back that was not answered yet."""
    by = request.caller.member
    transfer = get_transfer(by, transfer_id)
    return TransferShape.of(actions.withdraw_transfer(actor=request.caller.actor, by=by, transfer=transfer))


@operator_routes.reads("/operator/transfers", Page[TransferShape], _MANAGERS)
def list_all_app_transfers(request: Request, cursor: Cursor = None, limit: Limit = 20) -> Page[TransferShape]:
    """Every transfer, newest first."""
    return page(list_all_transfers(request.caller.operator), TransferShape.of, cursor=cursor, limit=limit, order="-id")


@operator_routes.reads("/operator/transfers/{transfer_id}", TransferDetailsShape, _MANAGERS)
def get_any_app_transfer(request: Request, transfer_id: str) -> TransferDetailsShape:
    """One transfer, with what moves."""
    return _details(get_any_transfer(request.caller.operator, transfer_id))


@operator_routes.does("/operator/transfers/{transfer_id}/confirm", TransferShape, _MANAGERS)
def confirm_transfer(request: Request, transfer_id: str) -> TransferShape:
    """Confirms what both partners agreed on: the app moves at once, and the customers are told."""
    by = request.caller.operator
    transfer = get_any_transfer(by, transfer_id)
    return TransferShape.of(actions.confirm_transfer(actor=request.caller.actor, by=by, transfer=transfer))


@operator_routes.does("/operator/transfers/{transfer_id}/refuse", TransferShape, _MANAGERS)
def refuse_transfer(request: Request, transfer_id: str, body: RefuseBody) -> TransferShape:
    """Does not confirm; both partners read why."""
    by, actor = request.caller.operator, request.caller.actor
    transfer = get_any_transfer(by, transfer_id)
    return TransferShape.of(actions.refuse_transfer(actor=actor, by=by, transfer=transfer, reason=body.reason))


def _details(transfer: AppTransfer) -> TransferDetailsShape:
    if not transfer.is_open:
        return TransferDetailsShape.with_moves(transfer, None, None)
    in_review = find_in_review(transfer.app)
    return TransferDetailsShape.with_moves(transfer, weigh(transfer.app), in_review.name if in_review else None)
