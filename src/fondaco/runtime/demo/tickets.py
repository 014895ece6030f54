"""Tickets of the demo: one that nobody has answered, one for each whose turn it can be, one that is solved."""

from __future__ import annotations

from collections.abc import Callable
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
_ANA: Final = CUSTOMER
_ISSUE, _QUESTION = TicketKind.TECHNICAL_ISSUE, TicketKind.QUESTION
Say = Callable[[Ticket, str], object]


def make_tickets() -> None:
    """Safe to repeat: each conversation goes on where it was."""
    ana, mara = User.objects.get(person__email=_ANA), Member.objects.get(person__email=PARTNER)
    _talk(
        ana, "Lingua Live was declined, what now?", "Can we ask again, and will they say why?",
        hours=30, kind=_QUESTION, about="lingua-live",
        then=[(_answer, "Their team is full until next month; that is in the words of their answer. Ask again then."),
              (_solve, "We have noted your interest with them.")],
    )  # fmt: skip
    _talk(
        ana, "Invoices do not open during calls", "Since this morning Ledgerline shows an empty page to everybody.",
        hours=5, kind=_ISSUE, priority=Priority.HIGH, about="ledgerline",
        then=[(_involve, "Mara, can you see on your side why the page stays empty?")],
    )  # fmt: skip
    _talk(
        ana, "Whisper QA is installing for hours", "It has been waiting since lunch. Is that usual?",
        hours=1, kind=_QUESTION, about="whisper-qa",
        then=[(_answer, "Its maker sets it up by hand, which takes a day at times. Shall we ask them to hurry?")],
    )  # fmt: skip
    _talk(
        ana, "Nobody can pay by card", "Paywave Secure failed to install, and we go live on Monday.",
        minutes=25, kind=_ISSUE, priority=Priority.URGENT, about="paywave-secure",
    )  # fmt: skip
    _talk(
        mara, "Can two of our apps share one callback?", "We would like to answer the events of both at one address.",
        hours=3, kind=_QUESTION,
        then=[(_answer, "Yes: the app's id is in every event. Which two do you mean?"),
              (_write, "Ledgerline and the next one, which is still a draft.")],
    )  # fmt: skip


def _talk(
    by: Asker,
    subject: str,
    text: str,
    *,
    kind: TicketKind,
    priority: Priority = Priority.NORMAL,
    about: str = "",
    then: list[tuple[Say, str]] | None = None,
    **ago: int,
) -> None:
    steps, began = then or [], timedelta(**ago)
    with clock.travel(-began):
        ticket = Ticket.objects.filter(subject=subject).first() or actions.open_ticket(
            actor=actor_for(by.person), by=by, subject=subject, text=text, kind=kind, priority=priority,
            sight=_sight(about),
        )  # fmt: skip
    done = ticket.messages.count() - 1
    for number, (say, words) in enumerate(steps[done:], done + 1):
        with clock.travel(-began * (len(steps) + 1 - number) / (len(steps) + 1)):
            say(Ticket.objects.get(pk=ticket.pk), words)


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
