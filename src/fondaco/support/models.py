"""Tickets, what is said in them, and what only operators say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models

from fondaco.accounts.models import Account, Person
from fondaco.accounts.speaking import Message, Note
from fondaco.audit.status import Stateful
from fondaco.catalog.models import App
from fondaco.installs.models import Installation, Operation
from fondaco.kit import clock
from fondaco.kit.fields import IdField
from fondaco.partners.models import Partner
from fondaco.support.states import LIVING, TICKET, WAITING_FOR, Priority, Side, TicketKind, TicketStatus

_LIVING = models.Q(status__in=sorted(status.value for status in LIVING))


class Ticket(Stateful):
    """A question or a technical issue, asked by people of ``account`` or, where that is empty, of ``partner``.

    In an account's ticket ``partner`` is set once it takes part. Of one that ``is_from_us`` an operator wrote the first
    words, and it is theirs as if they had asked. ``about`` holds what was in view as it was then
    (``support.view.InView.as_json``); only the parts that were sent along.
    """

    MACHINE = TICKET

    id = IdField()
    number = models.PositiveBigIntegerField(unique=True, editable=False)  # what people call it by
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="tickets")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, null=True, related_name="tickets")
    is_from_us = models.BooleanField(default=False, db_default=False)
    opened_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(max_length=120)
    kind = models.CharField(max_length=20, choices=[(kind.value, kind.value) for kind in TicketKind])
    priority = models.CharField(max_length=10, choices=[(one.value, one.value) for one in Priority])
    app = models.ForeignKey(App, on_delete=models.PROTECT, null=True, related_name="tickets")
    installation = models.ForeignKey(Installation, on_delete=models.SET_NULL, null=True, related_name="tickets")
    operation = models.ForeignKey(Operation, on_delete=models.SET_NULL, null=True, related_name="tickets")
    page = models.CharField(max_length=300, blank=True)  # a path of ours
    about = models.JSONField(default=dict, editable=False)
    due_at = models.DateTimeField()  # for the first answer
    is_overdue = models.BooleanField(default=False)
    first_answered_at = models.DateTimeField(null=True)
    taken_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now, editable=False)
    spoken_at = models.DateTimeField(default=clock.now, editable=False)  # when something was said last
    status = TICKET.column()

    class Meta:
        constraints = [
            TICKET.constraint("ticket_status"),
            models.CheckConstraint(
                condition=models.Q(account__isnull=False) | models.Q(partner__isnull=False), name="ticket_of_someone"
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-created_at"], name="ticket_by_account"),
            models.Index(fields=["partner", "-created_at"], name="ticket_by_partner"),
            models.Index(fields=["due_at"], name="ticket_by_due", condition=_LIVING),
            models.Index(fields=["created_at"], name="ticket_by_age", condition=_LIVING),
            models.Index(fields=["taken_by"], name="ticket_by_taker", condition=_LIVING),
        ]

    def __str__(self) -> str:
        return f"#{self.number} {self.subject}"

    @property
    def asking_side(self) -> Side:
        """Whose ticket it is, whoever began it."""
        return Side.CUSTOMER if self.account_id else Side.PARTNER

    @property
    def asker(self) -> str:
        """The organisation whose ticket it is, by name."""
        return self.account.company_name if self.account else self.partner.name if self.partner else ""

    @property
    def sides(self) -> tuple[Side, ...]:
        """Who takes part."""
        of_customer = (Side.CUSTOMER,) if self.account_id else ()
        of_partner = (Side.PARTNER,) if self.partner_id else ()
        return (*of_customer, *of_partner, Side.OPERATOR)

    @property
    def is_living(self) -> bool:
        """Whether somebody's turn it is."""
        return self.status in LIVING

    @property
    def is_solved(self) -> bool:
        return self.status == TicketStatus.SOLVED

    @property
    def is_closed(self) -> bool:
        return self.status == TicketStatus.CLOSED

    @property
    def can_involve_partner(self) -> bool:
        """Whether it is about an app whose partner does not take part yet."""
        return self.is_living and self.app_id is not None and self.partner_id is None

    def waits_for(self, side: Side) -> bool:
        """Whether it is that side's turn; an operator's also while nobody has answered yet."""
        waiting = TicketStatus.OPEN if side == Side.OPERATOR else None
        return self.status in {WAITING_FOR[side], waiting}

    def audit_scope(self) -> Mapping[str, Any]:
        return {"account_id": self.account_id or "", "partner_id": self.partner_id}


class TicketMessage(Message):
    """Something said, which all who take part can read; the first is what the ticket was opened with."""

    CONVERSATION = "ticket"

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="messages")
    side = models.CharField(max_length=10, choices=[(side.value, side.value) for side in Side])

    class Meta(Message.Meta):
        indexes = [models.Index(fields=["ticket", "created_at"], name="ticket_message_thread")]


class TicketNote(Note):
    """What operators tell each other. No query, page, mail or answer for customers and partners reads this table."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="notes")
