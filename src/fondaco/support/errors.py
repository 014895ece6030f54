"""Refusals of the support domain."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from fondaco.kit.errors import Conflict


class TicketClosed(Conflict):
    code = "ticket-closed"
    message = _(
        "Ticket #%(number)s is closed, so nothing can be said in it any more. What you wrote was not sent. "
        "Open a new ticket and name this one."
    )


class TicketAlreadySolved(Conflict):
    code = "ticket-already-solved"
    message = _("Ticket #%(number)s is solved already. Nothing was changed. To go on, write in it: that reopens it.")


class TicketTaken(Conflict):
    code = "ticket-taken"
    message = _(
        "%(name)s works on ticket #%(number)s. It was not given to you. "
        "Take another one, or ask %(name)s to hand it over."
    )


class TicketNotTaken(Conflict):
    code = "ticket-not-taken"
    message = _("Nobody works on ticket #%(number)s, so there is nothing to give back. Nothing was changed.")


class TicketOver(Conflict):
    code = "ticket-over"
    message = _("Ticket #%(number)s is over. Nothing was changed. Reopen it with an answer first, if it is not closed.")


class PartnerTakesPart(Conflict):
    code = "partner-takes-part"
    message = _("%(partner)s takes part in ticket #%(number)s already. Nothing was sent. Answer in the thread.")


class NoPartnerToInvolve(Conflict):
    code = "no-partner-to-involve"
    message = _("Ticket #%(number)s is about no app, so there is no partner to ask. Nothing was sent.")
