"""Reads of the support domain, always scoped to who asks."""

from fondaco.support.queries.addressed import Addressed, find_addressed
from fondaco.support.queries.queue import Order, QueueFilter, Shown, count_to_answer, get_ticket, list_queue
from fondaco.support.queries.threads import Entry, list_entries, list_messages, list_notes
from fondaco.support.queries.tickets import get_own_ticket, list_own_tickets
from fondaco.support.queries.view import InView, describe, find_in_view, list_choices

__all__ = [
    "Addressed",
    "Entry",
    "InView",
    "Order",
    "QueueFilter",
    "Shown",
    "count_to_answer",
    "describe",
    "find_addressed",
    "find_in_view",
    "get_own_ticket",
    "get_ticket",
    "list_choices",
    "list_entries",
    "list_messages",
    "list_notes",
    "list_own_tickets",
    "list_queue",
]
