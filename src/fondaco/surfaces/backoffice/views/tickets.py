"""Tickets: the queue, and one page to work on each."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fondaco.accounts.permissions import Permission
from fondaco.kit.errors import DomainError, Forbidden, NotFound
from fondaco.kit.pagination import numbered_page
from fondaco.support import actions
from fondaco.support.labels import KINDS, PRIORITIES
from fondaco.support.models import Ticket
from fondaco.support.policies import supporters
from fondaco.support.queries import get_ticket, list_entries, list_queue
from fondaco.support.states import Priority, Side
from fondaco.surfaces.backoffice.forms_tickets import (
    AnswerForm,
    InvolveForm,
    NoteForm,
    PriorityForm,
    QueueForm,
)
from fondaco.surfaces.backoffice.handing_over import hand_over_to_one_of
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.forms import show_refusal
from fondaco.surfaces.site.paging import page_links, page_number
from fondaco.surfaces.site.support.thread import about_lines, lines_of, standing
from fondaco.surfaces.site.viewer import HouseRequest

_PER_PAGE = 30


@requires(Permission.OPERATOR_SUPPORT)
@require_safe
def queue(request: HouseRequest) -> HttpResponse:
    """What waits, the next due first."""
    form = QueueForm(request.GET)
    wanted = form.wanted()
    page = numbered_page(list_queue(request.viewer.operator, wanted=wanted), page_number(request), _PER_PAGE)
    chosen = {"shown": wanted.shown, "priority": wanted.priority or "", "order": wanted.order, "q": wanted.text}
    context = {
        "form": QueueForm(initial=chosen),
        "is_narrowed": bool(wanted.priority or wanted.text) or "shown" in request.GET,
        "page": page,
        "rows": [(ticket, standing(ticket, Side.OPERATOR)) for ticket in page.items],
        "priorities": PRIORITIES,
        "links": page_links(request, page),
        "me": request.viewer.operator.pk,
    }
    return render(request, "backoffice/tickets.html", context)


@requires(Permission.OPERATOR_SUPPORT)
@require_safe
def show(request: HouseRequest, ticket_id: str) -> HttpResponse:
    """Everything to answer with."""
    return _show(request, get_ticket(request.viewer.operator, ticket_id))


@requires(Permission.OPERATOR_SUPPORT)
@require_POST
def answer(request: HouseRequest, ticket_id: str) -> HttpResponse:
    """Our words; the button *Solve* ends the ticket with them."""
    ticket = get_ticket(request.viewer.operator, ticket_id)
    form = AnswerForm(request.POST, ticket=ticket)
    is_last = request.POST.get("do") == "solve"
    if is_last:
        form.fields["text"].required = False

    def act(**who: Any) -> object:
        if is_last:
            return actions.solve(text=form.cleaned_data["text"], **who)
        turn = form.cleaned_data["waits_for"]
        return actions.answer(text=form.cleaned_data["text"], waits_for=Side(turn) if turn else None, **who)

    return _send(request, ticket, ("answer", form), act, _("Solved.") if is_last else _("Sent."))


@requires(Permission.OPERATOR_SUPPORT)
@require_POST
def note(request: HouseRequest, ticket_id: str) -> HttpResponse:
    """Words among operators."""
    form = NoteForm(request.POST)

    def act(**who: Any) -> object:
        return actions.add_note(text=form.cleaned_data["text"], **who)

    ticket = get_ticket(request.viewer.operator, ticket_id)
    return _send(request, ticket, ("note", form), act, _("Noted. Only operators read it."))


@requires(Permission.OPERATOR_SUPPORT)
@require_POST
def involve(request: HouseRequest, ticket_id: str) -> HttpResponse:
    """Asks the app's partner to help."""
    form = InvolveForm(request.POST)

    def act(**who: Any) -> object:
        return actions.involve_partner(text=form.cleaned_data["text"], **who)

    ticket = get_ticket(request.viewer.operator, ticket_id)
    return _send(request, ticket, ("involve", form), act, _("Asked. The partner takes part from now on."))


@requires(Permission.OPERATOR_SUPPORT)
@require_POST
def prioritise(request: HouseRequest, ticket_id: str) -> HttpResponse:
    """More or less hurry."""
    form = PriorityForm(request.POST)

    def act(**who: Any) -> object:
        return actions.change_priority(priority=Priority(form.cleaned_data["priority"]), **who)

    ticket = get_ticket(request.viewer.operator, ticket_id)
    return _send(request, ticket, ("priority", form), act, _("Saved."))


@requires(Permission.OPERATOR_SUPPORT)
@require_POST
def take(request: HouseRequest, ticket_id: str) -> HttpResponse:
    """Makes it the reader's work."""
    return _do(request, ticket_id, actions.take, _("It is yours."))


@requires(Permission.OPERATOR_SUPPORT)
@require_POST
def give_back(request: HouseRequest, ticket_id: str) -> HttpResponse:
    """Lets others take it."""
    return _do(request, ticket_id, actions.give_back, _("Given back. Others can take it."))


@requires(Permission.OPERATOR_SUPPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: HouseRequest, ticket_id: str) -> HttpResponse:
    """Gives it to a colleague."""
    ticket = get_ticket(request.viewer.operator, ticket_id)
    return hand_over_to_one_of(
        request,
        [one for one in supporters() if one.pk != ticket.taken_by_id],
        partial(actions.hand_over, ticket=ticket),
        template="backoffice/ticket_hand_over.html",
        context={"ticket": ticket},
        back=reverse("backoffice:ticket", args=[ticket_id]),
    )


def _do(request: HouseRequest, ticket_id: str, action: Callable[..., object], words: str) -> HttpResponse:
    """An action without a form; what was refused is said above how it stands now."""
    by = request.viewer.operator
    ticket = get_ticket(by, ticket_id)
    try:
        action(actor=request.viewer.actor, by=by, ticket=ticket)
    except (NotFound, Forbidden):
        raise
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return _show(request, get_ticket(by, ticket_id), status=refusal.status)
    messages.success(request, words)
    return redirect("backoffice:ticket", ticket_id)


def _send(
    request: HouseRequest, ticket: Ticket, named: tuple[str, Form], action: Callable[..., object], words: str
) -> HttpResponse:
    """An action with a form, which is shown again with what was typed when it is refused."""
    name, form = named
    status: int = HTTPStatus.UNPROCESSABLE_ENTITY
    if form.is_valid():
        try:
            action(actor=request.viewer.actor, by=request.viewer.operator, ticket=ticket)
        except DomainError as refusal:
            status = show_refusal(form, refusal)
        else:
            messages.success(request, words)
            return redirect("backoffice:ticket", ticket.pk.hex)
    return _show(request, get_ticket(request.viewer.operator, ticket.pk.hex), status=status, **{name: form})


def _show(request: HouseRequest, ticket: Ticket, *, status: int = 200, **typed: Form) -> HttpResponse:
    """The page; ``typed`` replaces empty forms by name."""
    context: dict[str, Any] = {
        "ticket": ticket,
        "standing": standing(ticket, Side.OPERATOR),
        "lines": lines_of(list_entries(request.viewer.operator, ticket)),
        "about": about_lines(ticket),
        "kind": KINDS[ticket.kind],
        "is_mine": ticket.taken_by_id == request.viewer.operator.pk,
        "answer": AnswerForm(ticket=ticket),
        "note": NoteForm(),
        "involve": InvolveForm(),
        "priority": PriorityForm(initial={"priority": ticket.priority}),
        **typed,
    }
    return render(request, "backoffice/ticket.html", context, status=status)
