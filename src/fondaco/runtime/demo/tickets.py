"""Tickets of the demo: one that nobody has answered, one for each whose turn it can be, one that is solved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from fondaco.accounts.models import Person, User
from fondaco.installs.models import Installation
from fondaco.kit import clock
from fondaco.partners.models import Member
from fondaco.runtime.demo.people import CUSTOMER, PARTNER, actor_for, operator
from fondaco.support import actions
from fondaco.support.actions import Sight
from fondaco.support.models import Ticket
from fondaco.support.policies import Asker
from fondaco.support.states import Priority, TicketKind

_INES: Final = "ines@fondaco.example"
Say = Callable[[Ticket, str], object]


@dataclass(frozen=True, slots=True)
class Talk:
    """A ticket to be, and what is said in it afterwards, in even pauses until now."""

    subject: str
    text: str
    ago: timedelta
    kind: TicketKind
    priority: Priority = Priority.NORMAL
    about: str = ""  # the app, by its address
    by_partner: bool = False
    then: tuple[tuple[Say, str], ...] = ()

    def when(self, number: int) -> timedelta:
        """How long ago the ``number``-th message is, from 0."""
        return self.ago * (len(self.then) + 1 - number) / (len(self.then) + 1)


def make_tickets() -> None:
    """Safe to repeat: each conversation goes on where it was. All of them in the order of time."""
    steps = [(talk.when(number), talk, number) for talk in _talks() for number in range(len(talk.then) + 1)]
    for ago, talk, number in sorted(steps, key=lambda step: step[0], reverse=True):
        ticket = Ticket.objects.filter(subject=talk.subject).first()
        with clock.travel(-ago):
            if ticket is None:
                _open(talk)
            elif ticket.messages.count() == number:
                say, words = talk.then[number - 1]
                say(ticket, words)


def _talks() -> tuple[Talk, ...]:
    return (
        Talk(
            "Lingua Live was declined, what now?",
            "Can we ask again, and will they say why?",
            timedelta(hours=30),
            TicketKind.QUESTION,
            about="lingua-live",
            then=(
                (_answer, "Their team is full until next month; that is in the words of their answer. Ask again then."),
                (_solve, "We have noted your interest with them."),
            ),
        ),
        Talk(
            "Invoices do not open during calls",
            "Since this morning Ledgerline shows an empty page to everybody.",
            timedelta(hours=5),
            TicketKind.TECHNICAL_ISSUE,
            Priority.HIGH,
            about="ledgerline",
            then=((_involve, "Mara, can you see on your side why the page stays empty?"),),
        ),
        Talk(
            "Whisper QA is installing for hours",
            "It has been waiting since lunch. Is that usual?",
            timedelta(hours=1),
            TicketKind.QUESTION,
            about="whisper-qa",
            then=((_answer, "Its maker sets it up by hand, which may take a day. Shall we ask them to hurry?"),),
        ),
        Talk(
            "Nobody can pay by card",
            "Paywave Secure failed to install, and we go live on Monday.",
            timedelta(minutes=25),
            TicketKind.TECHNICAL_ISSUE,
            Priority.URGENT,
            about="paywave-secure",
        ),
        Talk(
            "Can two of our apps share one callback?",
            "We would like to answer the events of both at one address.",
            timedelta(hours=3),
            TicketKind.QUESTION,
            by_partner=True,
            then=(
                (_answer, "Yes: the app's id is in every event. Which two do you mean?"),
                (_write, "Ledgerline and the next one, which is still a draft."),
            ),
        ),
    )


def _open(talk: Talk) -> None:
    by: Asker = (
        Member.objects.get(person__email=PARTNER) if talk.by_partner else User.objects.get(person__email=CUSTOMER)
    )
    actions.open_ticket(
        actor=actor_for(by.person),
        by=by,
        subject=talk.subject,
        text=talk.text,
        kind=talk.kind,
        priority=talk.priority,
        sight=_sight(talk.about),
    )


def _sight(about: str) -> Sight:
    if not about:
        return Sight()
    installation = Installation.objects.filter(app__slug=about, account__name="starship").latest("created_at")
    return Sight(installation.pk.hex, page=f"/my-apps/{installation.pk.hex}")


def _write(ticket: Ticket, text: str) -> None:
    member = Member.objects.get(person__email=PARTNER)
    actions.write_to_support(actor=actor_for(member.person), by=member, ticket=ticket, text=text)


def _answer(ticket: Ticket, text: str) -> None:
    actions.answer(text=text, **_ines(ticket))


def _solve(ticket: Ticket, text: str) -> None:
    actions.solve(text=text, **_ines(ticket))


def _involve(ticket: Ticket, text: str) -> None:
    actions.take(**_ines(ticket))
    if not ticket.notes.exists():
        actions.add_note(text="The third ticket about them this month.", **_ines(ticket))
    actions.involve_partner(text=text, **_ines(ticket))


def _ines(ticket: Ticket) -> dict[str, Any]:
    ines = operator(_INES)
    return {"actor": actor_for(Person.objects.get(email=_INES)), "by": ines, "ticket": ticket}
