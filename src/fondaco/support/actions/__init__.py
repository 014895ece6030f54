"""Everything that can happen to a ticket."""

from fondaco.support.actions.ending import solve
from fondaco.support.actions.opening import Sight, open_ticket
from fondaco.support.actions.receiving import take_in
from fondaco.support.actions.talking import add_note, answer, involve_partner, write_to_support
from fondaco.support.actions.working import change_priority, give_back, hand_over, take
from fondaco.support.actions.writing import write_first

__all__ = [
    "Sight",
    "add_note",
    "answer",
    "change_priority",
    "give_back",
    "hand_over",
    "involve_partner",
    "open_ticket",
    "solve",
    "take",
    "take_in",
    "write_first",
    "write_to_support",
]
