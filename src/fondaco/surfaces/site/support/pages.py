"""The pages of those who ask, and of partners who help: a list, the form, one thread."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from fondaco.kit.errors import DomainError, Forbidden, NotFound
from fondaco.kit.pagination import numbered_page
from fondaco.support import actions
from fondaco.support.labels import KINDS, PRIORITIES
from fondaco.support.models import Ticket
from fondaco.support.policies import Asker, can_solve, side_of
from fondaco.support.queries import describe, get_own_ticket, list_entries, list_own_tickets
from fondaco.surfaces.site.forms import show_refusal
from fondaco.surfaces.site.paging import page_links, page_number
from fondaco.surfaces.site.support.forms import HelpForm, WordsForm
from fondaco.surfaces.site.support.thread import about_lines, lines_of, standing
from fondaco.surfaces.site.support.view import Look, choices, clean_page, first_words, look_at, look_at_page
from fondaco.surfaces.site.viewer import HouseRequest

_PER_PAGE = 30


def show_all(request: HouseRequest, surface: str, by: Asker) -> HttpResponse:
    """What is not over first, by whose turn it is; ``?shown=over`` the rest."""
    is_over = request.GET.get("shown") == "over"
    page = numbered_page(list_own_tickets(by, living=not is_over), page_number(request), _PER_PAGE)
    context = {
        "surface": surface,
        "is_over": is_over,
        "page": page,
        "rows": [(ticket, standing(ticket, side_of(by))) for ticket in page.items],
        "links": page_links(request, page),
    }
    return render(request, "site/support/tickets.html", context)


def ask(request: HouseRequest, surface: str, by: Asker) -> HttpResponse:
    """The form. Nothing goes along that it did not show: what was chosen differently is shown first."""
    if request.method != "POST":
        page = clean_page(request.GET.get("page", ""))
        seen = look_at_page(by, page)
        form = HelpForm(initial=first_words(seen, page), choices=choices(by, seen), parts=seen.parts)
        return _show_form(request, surface, form, seen)
    seen = look_at(by, request.POST.get("about", ""))
    if seen.about != request.POST.get("shown", ""):
        typed = request.POST.dict() | {"shown": seen.about, "parts": [part.value for part in seen.parts]}
        form = HelpForm(initial=typed, choices=choices(by, seen), parts=seen.parts)
        messages.info(request, _("Not sent yet. Look at what goes along now, then send it."))
        return _show_form(request, surface, form, seen)
    form = HelpForm(request.POST, choices=choices(by, seen), parts=seen.parts)
    status: int = HTTPStatus.UNPROCESSABLE_ENTITY
    if form.is_valid():
        try:
            ticket = actions.open_ticket(actor=request.viewer.actor, by=by, **form.entries())
        except DomainError as refusal:
            status = show_refusal(form, refusal)
        else:
            messages.success(request, _("Sent. This is ticket #%(number)s.") % {"number": ticket.number})
            return redirect(f"{surface}:ticket", ticket.pk.hex)
    return _show_form(request, surface, form, seen, status=status)


def show(request: HouseRequest, surface: str, by: Asker, ticket_id: str) -> HttpResponse:
    """One thread; words that are sent make it our turn, or open a solved one again."""
    ticket = get_own_ticket(by, ticket_id)
    form, status = WordsForm(), int(HTTPStatus.OK)
    if request.method == "POST":
        form, status = WordsForm(request.POST), HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            text = form.cleaned_data["text"]
            try:
                actions.write_to_support(actor=request.viewer.actor, by=by, ticket=ticket, text=text)
            except DomainError as refusal:
                status = show_refusal(form, refusal)
            else:
                messages.success(request, _("Sent. You get a mail when somebody answers."))
                return redirect(f"{surface}:ticket", ticket_id)
    return _show_thread(request, surface, by, ticket, form=form, status=status)


def solve(request: HouseRequest, surface: str, by: Asker, ticket_id: str) -> HttpResponse:
    """Without words; who has some writes them first."""
    ticket = get_own_ticket(by, ticket_id)
    try:
        actions.solve(actor=request.viewer.actor, by=by, ticket=ticket)
    except (NotFound, Forbidden):
        raise
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return _show_thread(
            request, surface, by, get_own_ticket(by, ticket_id), form=WordsForm(), status=refusal.status
        )
    messages.success(request, _("Solved. Write in it if you need it again."))
    return redirect(f"{surface}:ticket", ticket_id)


def _show_form(request: HouseRequest, surface: str, form: HelpForm, seen: Look, *, status: int = 200) -> HttpResponse:
    told = describe(seen.view.as_json(seen.parts)) if seen.view else {}
    lines = {part.value: words for part, words in told.items()}
    context = {"surface": surface, "form": form, "lines": lines}
    return render(request, "site/support/ask.html", context, status=status)


def _show_thread(
    request: HouseRequest, surface: str, by: Asker, ticket: Ticket, *, form: WordsForm, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "surface": surface,
        "ticket": ticket,
        "standing": standing(ticket, side_of(by)),
        "lines": lines_of(list_entries(by, ticket)),
        "about": about_lines(ticket),
        "kind": KINDS[ticket.kind],
        "priority": PRIORITIES[ticket.priority],
        "can_solve": can_solve(by, ticket),
        "form": form,
    }
    return render(request, "site/support/ticket.html", context, status=status)
