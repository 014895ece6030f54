"""Beginning a ticket: writing to an account, a partner, or both about an installation."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fondaco.accounts.permissions import Permission
from fondaco.kit.errors import DomainError
from fondaco.support import actions
from fondaco.support.labels import PARTS
from fondaco.support.queries import describe, find_addressed
from fondaco.support.states import Part
from fondaco.surfaces.backoffice.forms_tickets import WriteForm
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.forms import show_refusal
from fondaco.surfaces.site.viewer import HouseRequest


@requires(Permission.OPERATOR_SUPPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HouseRequest, /, **named: str) -> HttpResponse:
    """The form, and the ticket that it begins. ``named`` is the id of the address, by the name of its parameter."""
    addressed = find_addressed(request.viewer.operator, **named)
    form, status = WriteForm(names=addressed.names), int(HTTPStatus.OK)
    if request.method == "POST":
        form, status = WriteForm(request.POST, names=addressed.names), HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            actor, by = request.viewer.actor, request.viewer.operator
            try:
                ticket = actions.write_first(actor=actor, by=by, addressed=addressed, **form.entries())
            except DomainError as refusal:
                status = show_refusal(form, refusal)
            else:
                messages.success(request, _("Sent. This is ticket #%(number)s.") % {"number": ticket.number})
                return redirect("backoffice:ticket", ticket.pk.hex)
    told = describe(addressed.view.as_json(frozenset(Part))) if addressed.view else {}
    about = [(str(PARTS[part]), lines) for part, lines in told.items()]
    context = {"addressed": addressed, "names": list(addressed.names.values()), "form": form, "about": about}
    return render(request, "backoffice/ticket_write.html", context, status=status)
