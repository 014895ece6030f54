"""Tickets: asking and answering from an account or as a partner, and the operators' work on them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fondaco.accounts.permissions import Permission
from fondaco.kit.ids import parse_wire
from fondaco.support import actions
from fondaco.support.policies import Asker
from fondaco.support.queries import (
    Order,
    QueueFilter,
    Shown,
    find_addressed,
    get_own_ticket,
    get_ticket,
    list_messages,
    list_notes,
    list_own_tickets,
    list_queue,
)
from fondaco.support.states import Priority, Side
from fondaco.surfaces.api.management.door import Place, Request, Routes
from fondaco.surfaces.api.management.pages import page, ranked_page, whole
from fondaco.surfaces.api.management.shapes.fields import Cursor, Limit, Page
from fondaco.surfaces.api.management.shapes.tickets import (
    AnswerBody,
    ColleagueBody,
    FirstWordsBody,
    LastWordsBody,
    OrderName,
    PartnerTicketBody,
    PriorityBody,
    PriorityName,
    QueuedTicketShape,
    ShownName,
    TicketBody,
    TicketMessageShape,
    TicketNoteShape,
    TicketShape,
    TicketWordsBody,
)

account_routes = Routes("Account: tickets", Place.ACCOUNT)
partner_routes = Routes("Partner: tickets", Place.PARTNER)
routes = Routes("Operator: tickets", Place.OPERATOR)

_OF_ACCOUNT = "/accounts/{account_id}/tickets"
_IN_ACCOUNT = f"{_OF_ACCOUNT}/{{ticket_id}}"
_OF_PARTNER = "/partners/{partner_id}/tickets"
_AT_PARTNER = f"{_OF_PARTNER}/{{ticket_id}}"
_ONE = "/operator/tickets/{ticket_id}"

Words = Annotated[str, Field(max_length=100)]


@account_routes.reads(_OF_ACCOUNT, Page[TicketShape], Permission.SUPPORT_ASK)
def list_account_tickets(
    request: Request, account_id: str, is_living: bool | None = None, cursor: Cursor = None, limit: Limit = 20
) -> Page[TicketShape]:
    """The account's tickets, newest first; ``is_living`` those that are not over, or only those that are."""
    return _list(request.caller.user, is_living, cursor, limit)


@account_routes.creates(_OF_ACCOUNT, TicketShape, Permission.SUPPORT_ASK)
def open_account_ticket(request: Request, account_id: str, body: TicketBody) -> TicketShape:
    """Asks support."""
    by = request.caller.user
    return TicketShape.of(actions.open_ticket(actor=request.caller.actor, by=by, **body.entries()))


@account_routes.reads(_IN_ACCOUNT, TicketShape, Permission.SUPPORT_ASK)
def get_account_ticket(request: Request, account_id: str, ticket_id: str) -> TicketShape:
    """One ticket of the account."""
    return TicketShape.of(get_own_ticket(request.caller.user, ticket_id))


@account_routes.reads(f"{_IN_ACCOUNT}/messages", Page[TicketMessageShape], Permission.SUPPORT_ASK)
def list_account_ticket_messages(request: Request, account_id: str, ticket_id: str) -> Page[TicketMessageShape]:
    """What was said in it, oldest first."""
    return _list_messages(request.caller.user, ticket_id)


@account_routes.creates(f"{_IN_ACCOUNT}/messages", TicketMessageShape, Permission.SUPPORT_ASK)
def write_in_account_ticket(
    request: Request, account_id: str, ticket_id: str, body: TicketWordsBody
) -> TicketMessageShape:
    """Says something: then it is support's turn. A solved ticket is opened again by it."""
    return _write(request, request.caller.user, ticket_id, body)


@account_routes.does(f"{_IN_ACCOUNT}/solve", TicketShape, Permission.SUPPORT_ASK)
def solve_account_ticket(request: Request, account_id: str, ticket_id: str, body: LastWordsBody) -> TicketShape:
    """Says that it is solved."""
    return _solve(request, request.caller.user, ticket_id, body)


@partner_routes.reads(_OF_PARTNER, Page[TicketShape], Permission.PARTNER_SUPPORT)
def list_partner_tickets(
    request: Request, partner_id: str, is_living: bool | None = None, cursor: Cursor = None, limit: Limit = 20
) -> Page[TicketShape]:
    """The tickets that the partner opened or helps with, newest first."""
    return _list(request.caller.member, is_living, cursor, limit)


@partner_routes.creates(_OF_PARTNER, TicketShape, Permission.PARTNER_SUPPORT)
def open_partner_ticket(request: Request, partner_id: str, body: PartnerTicketBody) -> TicketShape:
    """Asks support."""
    by = request.caller.member
    entries = body.entries(app_id=body.app_id or "")
    return TicketShape.of(actions.open_ticket(actor=request.caller.actor, by=by, **entries))


@partner_routes.reads(_AT_PARTNER, TicketShape, Permission.PARTNER_SUPPORT)
def get_partner_ticket(request: Request, partner_id: str, ticket_id: str) -> TicketShape:
    """One of them."""
    return TicketShape.of(get_own_ticket(request.caller.member, ticket_id))


@partner_routes.reads(f"{_AT_PARTNER}/messages", Page[TicketMessageShape], Permission.PARTNER_SUPPORT)
def list_partner_ticket_messages(request: Request, partner_id: str, ticket_id: str) -> Page[TicketMessageShape]:
    """What was said in it, oldest first."""
    return _list_messages(request.caller.member, ticket_id)


@partner_routes.creates(f"{_AT_PARTNER}/messages", TicketMessageShape, Permission.PARTNER_SUPPORT)
def write_in_partner_ticket(
    request: Request, partner_id: str, ticket_id: str, body: TicketWordsBody
) -> TicketMessageShape:
    """Says something, which the customer reads as well when it is a customer's ticket."""
    return _write(request, request.caller.member, ticket_id, body)


@partner_routes.does(f"{_AT_PARTNER}/solve", TicketShape, Permission.PARTNER_SUPPORT)
def solve_partner_ticket(request: Request, partner_id: str, ticket_id: str, body: LastWordsBody) -> TicketShape:
    """Says that it is solved; only of a ticket that the partner opened."""
    return _solve(request, request.caller.member, ticket_id, body)


@routes.reads("/operator/tickets", Page[QueuedTicketShape], Permission.OPERATOR_SUPPORT)
def list_tickets(
    request: Request,
    shown: ShownName = "waiting",
    order: OrderName = "due",
    priority: PriorityName | None = None,
    text: Words = "",
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Page[QueuedTicketShape]:
    """The queue. ``text`` is a number, or part of a subject or of the name of who asked."""
    wanted = QueueFilter(Shown(shown), Order(order), Priority(priority) if priority else None, text)
    found = list_queue(request.caller.operator, wanted=wanted)
    return ranked_page(found, QueuedTicketShape.of, cursor=cursor, limit=limit)


@routes.creates("/operator/tickets", QueuedTicketShape, Permission.OPERATOR_SUPPORT)
def write_first(request: Request, body: FirstWordsBody) -> QueuedTicketShape:
    """Begins a ticket with words to an account, a partner, or both about an installation."""
    by = request.caller.operator
    ticket = actions.write_first(
        actor=request.caller.actor,
        by=by,
        addressed=find_addressed(by, **body.named()),
        to=[Side(side) for side in body.to],
        subject=body.subject,
        text=body.text,
        priority=Priority(body.priority),
    )
    return QueuedTicketShape.of(ticket)


@routes.reads(_ONE, QueuedTicketShape, Permission.OPERATOR_SUPPORT)
def get_any_ticket(request: Request, ticket_id: str) -> QueuedTicketShape:
    """One ticket."""
    return QueuedTicketShape.of(get_ticket(request.caller.operator, ticket_id))


@routes.reads(f"{_ONE}/messages", Page[TicketMessageShape], Permission.OPERATOR_SUPPORT)
def list_ticket_messages(request: Request, ticket_id: str) -> Page[TicketMessageShape]:
    """What all who take part can read, oldest first."""
    return whole(list_messages(get_ticket(request.caller.operator, ticket_id)), TicketMessageShape.of)


@routes.creates(f"{_ONE}/messages", TicketMessageShape, Permission.OPERATOR_SUPPORT)
def answer_ticket(request: Request, ticket_id: str, body: AnswerBody) -> TicketMessageShape:
    """Answers everybody who takes part. A solved ticket is opened again by it."""
    by = request.caller.operator
    turn = Side(body.waits_for) if body.waits_for else None
    ticket = get_ticket(by, ticket_id)
    message = actions.answer(actor=request.caller.actor, by=by, ticket=ticket, text=body.text, waits_for=turn)
    return TicketMessageShape.of(message)


@routes.reads(f"{_ONE}/notes", Page[TicketNoteShape], Permission.OPERATOR_SUPPORT)
def list_ticket_notes(request: Request, ticket_id: str) -> Page[TicketNoteShape]:
    """What operators wrote for each other, oldest first."""
    by = request.caller.operator
    return whole(list_notes(by, get_ticket(by, ticket_id)), TicketNoteShape.of)


@routes.creates(f"{_ONE}/notes", TicketNoteShape, Permission.OPERATOR_SUPPORT)
def add_ticket_note(request: Request, ticket_id: str, body: TicketWordsBody) -> TicketNoteShape:
    """A word among operators, which no customer and no partner can read."""
    by = request.caller.operator
    ticket = get_ticket(by, ticket_id)
    return TicketNoteShape.of(actions.add_note(actor=request.caller.actor, by=by, ticket=ticket, text=body.text))


@routes.does(f"{_ONE}/involve-partner", TicketMessageShape, Permission.OPERATOR_SUPPORT)
def involve_partner(request: Request, ticket_id: str, body: TicketWordsBody) -> TicketMessageShape:
    """Asks the app's partner, whose people read and answer in the whole thread from now on."""
    by = request.caller.operator
    ticket = get_ticket(by, ticket_id)
    message = actions.involve_partner(actor=request.caller.actor, by=by, ticket=ticket, text=body.text)
    return TicketMessageShape.of(message)


@routes.does(f"{_ONE}/take", QueuedTicketShape, Permission.OPERATOR_SUPPORT)
def take_ticket(request: Request, ticket_id: str) -> QueuedTicketShape:
    """Makes it the caller's work. Of two at once the slower one is told who was faster."""
    by = request.caller.operator
    return QueuedTicketShape.of(actions.take(actor=request.caller.actor, by=by, ticket=get_ticket(by, ticket_id)))


@routes.does(f"{_ONE}/hand-over", QueuedTicketShape, Permission.OPERATOR_SUPPORT)
def hand_ticket_over(request: Request, ticket_id: str, body: ColleagueBody) -> QueuedTicketShape:
    """Gives it to another operator who answers tickets, whoever had it."""
    by = request.caller.operator
    ticket = get_ticket(by, ticket_id)
    given = actions.hand_over(actor=request.caller.actor, by=by, ticket=ticket, to=parse_wire(body.to))
    return QueuedTicketShape.of(given)


@routes.does(f"{_ONE}/give-back", QueuedTicketShape, Permission.OPERATOR_SUPPORT)
def give_ticket_back(request: Request, ticket_id: str) -> QueuedTicketShape:
    """Lets others take it."""
    by = request.caller.operator
    return QueuedTicketShape.of(actions.give_back(actor=request.caller.actor, by=by, ticket=get_ticket(by, ticket_id)))


@routes.replaces(f"{_ONE}/priority", QueuedTicketShape, Permission.OPERATOR_SUPPORT)
def change_ticket_priority(request: Request, ticket_id: str, body: PriorityBody) -> QueuedTicketShape:
    """More or less hurry; until the first answer its target moves along."""
    by = request.caller.operator
    ticket = get_ticket(by, ticket_id)
    changed = actions.change_priority(
        actor=request.caller.actor, by=by, ticket=ticket, priority=Priority(body.priority)
    )
    return QueuedTicketShape.of(changed)


@routes.does(f"{_ONE}/solve", QueuedTicketShape, Permission.OPERATOR_SUPPORT)
def solve_ticket(request: Request, ticket_id: str, body: LastWordsBody) -> QueuedTicketShape:
    """Says that it is solved. Whoever takes part may open it again for a while by writing in it."""
    by = request.caller.operator
    ticket = get_ticket(by, ticket_id)
    return QueuedTicketShape.of(actions.solve(actor=request.caller.actor, by=by, ticket=ticket, text=body.text))


def _list(by: Asker, is_living: bool | None, cursor: Cursor, limit: Limit) -> Page[TicketShape]:
    found = list_own_tickets(by, living=is_living)
    return page(found, TicketShape.of, cursor=cursor, limit=limit, order="-created_at")


def _list_messages(by: Asker, ticket_id: str) -> Page[TicketMessageShape]:
    return whole(list_messages(get_own_ticket(by, ticket_id)), TicketMessageShape.of)


def _write(request: Request, by: Asker, ticket_id: str, body: TicketWordsBody) -> TicketMessageShape:
    ticket = get_own_ticket(by, ticket_id)
    message = actions.write_to_support(actor=request.caller.actor, by=by, ticket=ticket, text=body.text)
    return TicketMessageShape.of(message)


def _solve(request: Request, by: Asker, ticket_id: str, body: LastWordsBody) -> TicketShape:
    ticket = get_own_ticket(by, ticket_id)
    return TicketShape.of(actions.solve(actor=request.caller.actor, by=by, ticket=ticket, text=body.text))
