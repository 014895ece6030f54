"""Mails about tickets: each step tells the right people, mails thread, and answers come back into the ticket."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import resolve
from tests.factories.accounts import actor_for, make_account, make_operator, make_person, make_user
from tests.factories.installs import make_completed
from tests.factories.mail import deliver, link_in, parsed, reply_to
from tests.factories.partners import make_member, make_partner
from tests.factories.support import answer, involve, make_ticket, make_ticket_about, say, solve

from fondaco.accounts.models import Operator
from fondaco.accounts.permissions import OperatorRole
from fondaco.installs.models import Installation
from fondaco.kit import clock, deadlines
from fondaco.kit.replies import ReplyRefused, receive_mail
from fondaco.partners.models import Member
from fondaco.support import actions
from fondaco.support.errors import TicketClosed
from fondaco.support.models import Ticket, TicketMessage
from fondaco.support.replies import reply_address
from fondaco.support.states import Side

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def takes_mails_in(settings: Any) -> None:
    settings.ACCEPTS_REPLIES, settings.REPLY_DOMAIN = True, "help.example"


@pytest.fixture
def installation() -> Installation:
    made = make_completed()
    deliver()
    return made


@pytest.fixture
def jon() -> Operator:
    return make_operator(OperatorRole.SUPPORT)


@pytest.fixture
def mara(installation: Installation) -> Member:
    return make_member(installation.app.partner)


def told() -> list[tuple[list[str], str]]:
    """Whom the mails went to that were due, and where their buttons lead."""
    letters = deliver()
    subjects = {letter.subject for letter in letters}
    assert len(subjects) <= 1  # one thread
    return [(letter.to, resolve(link_in(letter).split("?")[0]).view_name) for letter in letters]


def test_each_step_tells_the_right_people(installation: Installation, jon: Operator, mara: Member) -> None:
    ada, ines = installation.installed_by, make_operator(OperatorRole.SUPPORT, person=make_person("Ines Carvalho"))
    make_operator(OperatorRole.FINANCE, person=make_person("Fay Finance"))
    team, partner = sorted([jon.person.email, ines.person.email]), "portal:ticket"
    ticket = make_ticket_about(installation)
    assert told() == [(team, "backoffice:ticket"), ([ada.person.email], "console:ticket")]
    actions.take(actor=actor_for(jon.person), by=jon, ticket=ticket)
    assert told() == []
    involve(jon, ticket)
    assert told() == [([mara.person.email], partner), ([ada.person.email], "console:ticket")]
    say(mara, Ticket.objects.get())
    assert told() == [([ada.person.email], "console:ticket"), ([jon.person.email], "backoffice:ticket")]
    actions.hand_over(actor=actor_for(jon.person), by=jon, ticket=ticket, to=ines.pk)
    assert told() == [([ines.person.email], "backoffice:ticket")]
    actions.hand_over(actor=actor_for(jon.person), by=jon, ticket=ticket, to=jon.pk)  # who takes it back knows
    assert told() == []
    solve(ada, Ticket.objects.get(), "Thanks.")
    assert told() == [([mara.person.email], partner), ([jon.person.email], "backoffice:ticket")]
    actions.add_note(actor=actor_for(jon.person), by=jon, ticket=ticket, text="Watch them.")
    assert told() == []
    say(ada, Ticket.objects.get(), "It is back.")
    assert told() == [([mara.person.email], partner), ([jon.person.email], "backoffice:ticket")]
    solve(jon, Ticket.objects.get())
    assert told() == [([ada.person.email], "console:ticket"), ([mara.person.email], partner)]


def test_the_team_hears_of_what_is_overdue(installation: Installation, jon: Operator) -> None:
    make_ticket_about(installation)
    deliver()
    with clock.travel(timedelta(hours=25)):
        deadlines.sweep_once()
        (letter,) = deliver()
    assert letter.to == [jon.person.email]
    assert "Harbour Bank waits for a first answer longer than we promise." in " ".join(str(letter.body).split())
    assert "Nobody has taken it." in str(letter.body)


def test_answers_by_mail_land_in_the_thread(installation: Installation, jon: Operator, mara: Member) -> None:
    ada = installation.installed_by
    ticket = make_ticket_about(installation)
    for_jon, _for_ada = deliver()
    by_jon = reply_to(for_jon, jon.person.email, "Which browser?", Message_ID="<jon-1@mail.example>")
    assert receive_mail(raw=by_jon) == "taken in"
    assert Ticket.objects.get().status == "waiting_for_customer"
    (asked,) = deliver()
    first, second = ticket.messages.all()
    assert parsed(asked)["Message-ID"] == second.outgoing_id
    assert (parsed(asked)["In-Reply-To"], parsed(asked)["References"]) == (first.message_id, first.message_id)
    by_ada = reply_to(asked, ada.person.email, "Firefox.\n\nAda", Message_ID="<ada-1@mail.example>")
    assert receive_mail(raw=by_ada) == "taken in"
    assert receive_mail(raw=by_ada) == "a duplicate"
    said = TicketMessage.objects.latest("created_at")
    assert (said.text, said.author, said.side, said.came_by_mail) == ("Firefox.\n\nAda", ada.person, "customer", True)
    assert Ticket.objects.get().status == "waiting_for_us"
    (told_jon,) = deliver()
    assert parsed(told_jon)["In-Reply-To"] == "<jon-1@mail.example>"  # as Jon's own mail program knows it
    involve(jon, Ticket.objects.get())
    for_mara, _for_ada = deliver()
    assert receive_mail(raw=reply_to(for_mara, mara.person.email, "Mended.")) == "taken in"
    assert TicketMessage.objects.latest("created_at").side == "partner"


@pytest.mark.parametrize("fault", ["stranger", "other side", "agent", "token", "other account", "other partner"])
def test_only_people_of_the_tokens_side_get_in(installation: Installation, jon: Operator, fault: str) -> None:
    ticket = make_ticket_about(installation)
    _for_jon, for_ada = deliver()
    ada, headers = installation.installed_by, {}
    senders = {
        "stranger": "eve@elsewhere.example",
        "other side": jon.person.email,
        "agent": make_user(ada.account, role="agent").person.email,
        "other account": make_user(make_account()).person.email,
        "other partner": make_member(make_partner("Whisper Inc")).person.email,
    }
    if fault == "token":
        headers["To"] = reply_address(ticket.pk, Side.CUSTOMER).replace("+", "+a", 1)
    if fault == "other partner":
        headers["To"] = reply_address(ticket.pk, Side.PARTNER)  # nobody's: no partner takes part
    with pytest.raises(ReplyRefused):
        receive_mail(raw=reply_to(for_ada, senders.get(fault, ada.person.email), "Hello", **headers))
    assert (TicketMessage.objects.count(), Ticket.objects.get().status) == (1, "open")


def test_an_answer_opens_what_was_solved_but_not_what_is_closed(jon: Operator) -> None:
    ada = make_user()
    ticket = make_ticket(ada)
    _for_jon, for_ada = deliver()
    answer(jon, ticket)
    solve(jon, Ticket.objects.get())
    raw = reply_to(for_ada, ada.person.email, "Not yet.")
    assert receive_mail(raw=raw) == "taken in"
    assert Ticket.objects.get().status == "waiting_for_us"
    solve(jon, Ticket.objects.get())
    with clock.travel(timedelta(days=8)):
        deadlines.sweep_once()
        with pytest.raises(TicketClosed):
            receive_mail(raw=reply_to(for_ada, ada.person.email, "Again.", Message_ID="<ada-2@mail.example>"))
    assert Ticket.objects.get().status == "closed"
