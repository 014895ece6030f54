"""The life of a ticket: who may do what, whose turn it is, targets, and that a refusal changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.factories.accounts import actor_for, make_account, make_operator, make_person, make_role, make_user
from tests.factories.installs import make_completed, make_pending
from tests.factories.partners import make_member, make_partner
from tests.factories.support import answer, involve, make_ticket, make_ticket_about, say, solve

from fondaco.accounts.models import Operator, User
from fondaco.accounts.permissions import OperatorRole, Permission
from fondaco.audit.models import Event
from fondaco.kit import clock, deadlines
from fondaco.kit.errors import DomainError, Forbidden, Invalid, NotFound, TooMany
from fondaco.partners.models import MemberRole
from fondaco.support import actions
from fondaco.support.actions import Sight
from fondaco.support.errors import (
    NoPartnerToInvolve,
    PartnerTakesPart,
    TicketAlreadySolved,
    TicketClosed,
    TicketNotTaken,
    TicketOver,
    TicketTaken,
)
from fondaco.support.models import Ticket, TicketMessage, TicketNote
from fondaco.support.queries import (
    Order,
    QueueFilter,
    Shown,
    count_to_answer,
    get_own_ticket,
    get_ticket,
    list_entries,
    list_own_tickets,
    list_queue,
)
from fondaco.support.states import Part, Priority, Side, TicketKind

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


@pytest.fixture
def ada() -> User:
    return make_user()


@pytest.fixture
def jon() -> Operator:
    return make_operator(OperatorRole.SUPPORT)


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def refuses(error: type[DomainError], do: Callable[[], object]) -> DomainError:
    """``do`` is refused, and neither rows nor facts are others than before."""
    before = _everything()
    with pytest.raises(error) as refusal:
        do()
    assert _everything() == before
    return refusal.value


def _everything() -> tuple[Any, ...]:
    tables = (Ticket, TicketMessage, TicketNote)
    return (*(list(table.objects.order_by("pk").values()) for table in tables), Event.objects.count())


def test_a_ticket_carries_what_was_in_view() -> None:
    installation = make_pending()
    ada = installation.installed_by
    with clock.freeze() as now:
        ticket = make_ticket(
            ada,
            subject="  The removal hangs ",
            kind=TicketKind.TECHNICAL_ISSUE,
            priority=Priority.HIGH,
            sight=Sight(installation.pk.hex, page="/my-apps/x", parts=frozenset({Part.OPERATION, Part.DELIVERIES})),
        )
    operation = installation.operations.get(kind="uninstall")
    assert (ticket.account, ticket.partner, ticket.app) == (ada.account, None, installation.app)
    assert (ticket.installation_id, ticket.operation_id) == (installation.pk, operation.pk)
    assert (ticket.subject, ticket.page, ticket.status) == ("The removal hangs", "/my-apps/x", "open")
    assert ticket.due_at == now + timedelta(hours=8)
    assert set(ticket.about) == {"operation", "deliveries"}
    assert ticket.about["operation"]["status"] == "open"
    assert [one["type"] for one in ticket.about["deliveries"]] == [
        "app.uninstalled",
        "app.trial_started",
        "app.installed",
    ]
    assert ticket.messages.get().text == "It takes a minute to open."
    assert deadlines.find_due("ticket.due", [ticket.pk.hex]) == {ticket.pk.hex: ticket.due_at}
    event = Event.objects.get(kind="ticket.opened")
    assert (event.account_id, event.partner_id, "minute" in str(event.data)) == (ada.account_id, None, False)
    assert make_ticket(ada).number == ticket.number + 1


def test_only_what_they_can_see_goes_along(ada: User) -> None:
    foreign = make_completed()
    mine = make_completed(ada.account)
    asker = make_user(ada.account, role=make_role(ada.account, Permission.SUPPORT_ASK))
    for by, installation in ((ada, foreign), (asker, mine)):
        refusal = refuses(Invalid, lambda by=by, it=installation: make_ticket_about(it, by))  # type: ignore[misc]
        assert set(refusal.fields) == {"installation_id"}
    member = make_member()
    refusal = refuses(Invalid, lambda: make_ticket(member, sight=Sight(app_id=mine.app_id.hex)))
    assert set(refusal.fields) == {"app_id"}
    licensed = (
        mine.licences.exclude(user=mine.installed_by).get().user
    )  # no manager: the program's letters are not theirs
    assert set(make_ticket_about(mine, licensed).about) == {"versions", "operation"}


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"subject": "ab"}, {"subject"}),
        ({"subject": "x" * 121, "text": " "}, {"subject", "text"}),
        ({"text": "x" * 5001}, {"text"}),
        ({"sight": Sight(page="https://elsewhere.example")}, {"page"}),
        ({"sight": Sight(installation_id="nope")}, {"installation_id"}),
    ],
)
def test_bad_entries(ada: User, fields: dict[str, Any], wrong: set[str]) -> None:
    assert set(refuses(Invalid, lambda: make_ticket(ada, **fields)).fields) == wrong


def test_who_may_ask_at_all(ada: User) -> None:
    agent = make_user(ada.account, role="agent")
    refuses(Forbidden, lambda: make_ticket(agent))
    fenna = make_member(role=MemberRole.FINANCE)
    refuses(Forbidden, lambda: make_ticket(fenna))
    ticket = make_ticket(make_member(role=MemberRole.DEVELOPER))
    assert (ticket.account, ticket.asking_side) == (None, Side.PARTNER)


def test_whose_turn_it_is_follows_from_who_spoke(ada: User, jon: Operator) -> None:
    ticket = make_ticket(ada)
    say(ada, ticket, "Since Monday.")
    assert fresh(ticket).status == "open"
    with clock.freeze() as now:
        answer(jon, ticket)
    assert (fresh(ticket).status, fresh(ticket).first_answered_at) == ("waiting_for_customer", now)
    assert deadlines.find_due("ticket.due", [ticket.pk.hex]) == {}
    say(ada, ticket)
    assert fresh(ticket).status == "waiting_for_us"
    answer(jon, ticket, "We look into it.", waits_for=Side.OPERATOR)
    assert fresh(ticket).status == "waiting_for_us"
    refuses(Invalid, lambda: answer(jon, ticket, "You?", waits_for=Side.PARTNER))
    kinds = Event.objects.filter(subject_id=ticket.pk.hex).order_by("id").values_list("kind", "data__to")
    assert list(kinds)[1:] == [
        ("ticket.answered", "open"),
        ("ticket.answered", "waiting_for_customer"),
        ("ticket.answered", "waiting_for_us"),
        ("ticket.answered", "waiting_for_us"),
    ]


def test_the_partner_helps_once_involved(jon: Operator) -> None:
    installation = make_completed()
    ada, partner = installation.installed_by, installation.app.partner
    mara, stranger = make_member(partner), make_member(make_partner("Whisper Inc"))
    marketing = make_member(partner, role=MemberRole.MARKETING)
    ticket = make_ticket_about(installation)
    refuses(NotFound, lambda: get_own_ticket(mara, ticket.pk.hex))
    refuses(NotFound, lambda: say(mara, ticket))
    involve(jon, ticket)
    assert (fresh(ticket).partner, fresh(ticket).status) == (partner, "waiting_for_partner")
    assert get_own_ticket(mara, ticket.pk.hex).asker == "Harbour Bank"
    refuses(NotFound, lambda: get_own_ticket(stranger, ticket.pk.hex))
    refuses(NotFound, lambda: say(stranger, fresh(ticket)))
    refuses(Forbidden, lambda: say(marketing, fresh(ticket)))
    refuses(PartnerTakesPart, lambda: involve(jon, fresh(ticket)))
    say(mara, fresh(ticket), "We restarted it.")
    assert fresh(ticket).status == "waiting_for_us"
    refuses(Forbidden, lambda: solve(mara, fresh(ticket)))
    solve(ada, fresh(ticket), "Thanks!")
    assert fresh(ticket).status == "solved"
    plain = make_ticket(ada)
    refuses(NoPartnerToInvolve, lambda: involve(jon, plain))


def test_solved_reopened_and_closed_for_good(ada: User, jon: Operator) -> None:
    ticket = make_ticket(ada)
    solve(jon, ticket, "Done.")
    solved = fresh(ticket)
    assert (solved.status, solved.first_answered_at is not None) == ("solved", True)
    refuses(TicketAlreadySolved, lambda: solve(ada, solved))
    refuses(TicketOver, lambda: actions.take(actor=actor_for(jon.person), by=jon, ticket=solved))
    say(ada, solved, "It is back.")
    assert fresh(ticket).status == "waiting_for_us"
    assert Event.objects.filter(kind="ticket.reopened", data__side="customer").count() == 1
    with clock.travel(WEEK):
        assert deadlines.sweep_once() == 0  # what would have closed it is gone
        solve(ada, fresh(ticket))
    with clock.travel(2 * WEEK + timedelta(minutes=1)):
        assert deadlines.sweep_once() == 1
    closed = fresh(ticket)
    assert closed.status == "closed"
    with clock.travel(2 * WEEK):
        for act in (lambda: say(ada, closed), lambda: answer(jon, closed), lambda: solve(jon, closed)):
            assert f"#{closed.number}" in str(refuses(TicketClosed, act))


def test_overdue_once_and_never_after_an_answer(ada: User, jon: Operator) -> None:
    late, answered = make_ticket(ada, priority=Priority.URGENT), make_ticket(ada, priority=Priority.URGENT)
    answer(jon, answered)
    with clock.travel(timedelta(hours=2, minutes=1)):
        assert deadlines.sweep_once() == 1
        assert deadlines.sweep_once() == 0
    assert [one.is_overdue for one in (fresh(late), fresh(answered))] == [True, False]
    assert Event.objects.get(kind="ticket.overdue").subject_id == late.pk.hex


def test_who_works_on_it(ada: User, jon: Operator) -> None:
    ticket = make_ticket(ada)
    ines = make_operator(OperatorRole.SUPPORT, person=make_person("Ines Carvalho"))
    finance = make_operator(OperatorRole.FINANCE, person=make_person("Fay Finance"))

    def act(name: str, by: Operator = jon, **more: Any) -> Ticket:
        done: Ticket = getattr(actions, name)(actor=actor_for(by.person), by=by, ticket=ticket, **more)
        return done

    refuses(TicketNotTaken, lambda: act("give_back"))
    act("take")
    act("take")  # twice is once
    assert "Jon Okafor" in str(refuses(TicketTaken, lambda: act("take", ines)))
    refuses(Forbidden, lambda: act("take", finance))
    refuses(Invalid, lambda: act("hand_over", to=finance.pk))
    refuses(Invalid, lambda: act("hand_over", to=None))
    act("hand_over", to=ines.pk)
    assert fresh(ticket).taken_by == ines.person
    act("give_back")
    act("change_priority", priority=Priority.LOW)
    assert fresh(ticket).due_at == ticket.created_at + timedelta(hours=72)
    kinds = Event.objects.filter(subject_id=ticket.pk.hex).order_by("id").values_list("kind", flat=True)
    assert list(kinds)[1:] == ["ticket.taken", "ticket.handed_over", "ticket.given_back", "ticket.priority_changed"]


def test_notes_are_for_operators_alone(ada: User, jon: Operator) -> None:
    ticket = make_ticket(ada)
    note = actions.add_note(actor=actor_for(jon.person), by=jon, ticket=ticket, text="They owe us money.")
    actions.take(actor=actor_for(jon.person), by=jon, ticket=ticket)
    ours = [bool(one.note) for one in list_entries(jon, ticket)]
    theirs = list_entries(ada, ticket)
    assert (ours.count(True), len(ours), len(theirs), theirs[0].note) == (1, 3, 1, None)
    event = Event.objects.get(subject_id=note.pk.hex)
    assert (event.account_id, event.partner_id, "money" in str(event.data)) == ("", None, False)


def test_strangers_find_nothing(ada: User) -> None:
    ticket = make_ticket(ada)
    stranger = make_user(make_account())
    refuses(NotFound, lambda: get_own_ticket(stranger, ticket.pk.hex))
    refuses(NotFound, lambda: say(stranger, ticket))
    refuses(NotFound, lambda: solve(stranger, ticket))
    agent, finance = make_user(ada.account, role="agent"), make_operator(OperatorRole.FINANCE)
    refuses(Forbidden, lambda: list_own_tickets(agent))
    refuses(Forbidden, lambda: get_ticket(finance, ticket.pk.hex))
    assert list(list_own_tickets(stranger)) == []
    assert get_own_ticket(make_user(ada.account, role="supervisor"), ticket.pk.hex) == ticket


def test_the_queue(ada: User, jon: Operator) -> None:
    first, urgent, done = make_ticket(ada), make_ticket(ada, priority=Priority.URGENT), make_ticket(ada)
    solve(jon, done)
    actions.take(actor=actor_for(jon.person), by=jon, ticket=first)

    def shown(**wanted: Any) -> list[Ticket]:
        return list(list_queue(jon, wanted=QueueFilter(**wanted)))

    assert shown() == [urgent, first]
    assert shown(order=Order.AGE) == [first, urgent]
    assert (shown(shown=Shown.MINE), shown(shown=Shown.FREE), shown(shown=Shown.SOLVED)) == ([first], [urgent], [done])
    assert shown(text=f"#{urgent.number}") == [urgent]
    assert (shown(text="harbour"), shown(text="nobody"), shown(priority=Priority.LOW)) == ([urgent, first], [], [])
    assert count_to_answer(jon) == 2
    answer(jon, urgent)
    assert (count_to_answer(jon), shown(shown=Shown.OTHERS)) == (1, [urgent])


def test_nobody_floods_support(ada: User) -> None:
    with clock.freeze():
        for _ in range(10):
            make_ticket(ada)
        refuses(TooMany, lambda: make_ticket(ada))
