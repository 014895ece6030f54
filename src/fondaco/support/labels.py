"""What people read for the words of a ticket."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fondaco.support.states import Part, Priority, Side, TicketKind, TicketStatus

STATUSES: Final[dict[str, Promise]] = {
    TicketStatus.OPEN.value: _("New"),
    TicketStatus.WAITING_FOR_CUSTOMER.value: _("Waiting for the customer"),
    TicketStatus.WAITING_FOR_PARTNER.value: _("Waiting for the partner"),
    TicketStatus.WAITING_FOR_US.value: _("Waiting for support"),
    TicketStatus.SOLVED.value: _("Solved"),
    TicketStatus.CLOSED.value: _("Closed"),
}
KINDS: Final[dict[str, Promise]] = {
    TicketKind.QUESTION.value: _("Question"),
    TicketKind.TECHNICAL_ISSUE.value: _("Technical issue"),
}
PRIORITIES: Final[dict[str, Promise]] = {
    Priority.URGENT.value: _("Urgent"),
    Priority.HIGH.value: _("High"),
    Priority.NORMAL.value: _("Normal"),
    Priority.LOW.value: _("Low"),
}
PRIORITY_EXPLANATIONS: Final[dict[str, Promise]] = {
    Priority.URGENT.value: _("Urgent: people cannot work"),
    Priority.HIGH.value: _("High: something important does not work"),
    Priority.NORMAL.value: _("Normal"),
    Priority.LOW.value: _("Low: when you find the time"),
}
SIDES: Final[dict[str, Promise]] = {
    Side.CUSTOMER.value: _("customer"),
    Side.PARTNER.value: _("partner"),
    Side.OPERATOR.value: _("support"),
}
PARTS: Final[dict[str, Promise]] = {
    Part.VERSIONS.value: _("Versions"),
    Part.OPERATION.value: _("The last change"),
    Part.DELIVERIES.value: _("The latest messages to the app's program"),
}
SHOWN: Final[dict[str, Promise]] = {  # of the operators' queue, by ``queries.queue.Shown``
    "waiting": _("Waiting for us"),
    "free": _("Not taken"),
    "mine": _("Mine"),
    "overdue": _("Overdue"),
    "others": _("Waiting for others"),
    "solved": _("Solved and closed"),
    "all": _("Everything that is not over"),
}
ORDERS: Final[dict[str, Promise]] = {  # by ``queries.queue.Order``
    "due": _("The next due"),
    "age": _("The oldest"),
}
