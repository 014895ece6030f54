"""Tickets that operators begin: whom they reach, whose turn it is, and that a refusal changes nothing."""

from __future__ import annotations

from typing import Any

import pytest
from tests.factories.accounts import actor_for, make_operator, make_person, make_user
from tests.factories.installs import make_pending
from tests.factories.mail import deliver, link_in
from tests.factories.partners import make_member
from tests.factories.support import say, solve

from fondaco.accounts.models import Operator, User
from fondaco.accounts.permissions import OperatorRole, Permission
from fondaco.accounts.queries import list_holders
from fondaco.audit.models import Event
from fondaco.kit.errors import DomainError, Forbidden, Invalid, NotFound
from fondaco.kit.models import Deadline
from fondaco.support import actions
from fondaco.support.models import Ticket, TicketMessage
from fondaco.support.queries import count_to_answer, find_addressed, get_own_ticket, list_own_tickets
from fondaco.support.states import Side

pytestmark = pytest.mark.django_db


@pytest.fixture
def jon() -> Operator:
    return make_operator(OperatorRole.SUPPORT)


def write(by: Operator, to: list[Side], **named: Any) -> Ticket:
    words = {"subject": "Your program is slow", "text": "It answers after nine seconds.", **named.pop("words", {})}
    addressed = find_addressed(by, **named)
    return actions.write_first(actor=actor_for(by.person), by=by, addressed=addressed, to=to, **words)


def all_who_may(user: User) -> list[str]:
    """The addresses of everybody in the account who may ask support."""
    return sorted(list_holders(user.account_id, Permission.SUPPORT_ASK).values_list("person__email", flat=True))


def test_both_sides_of_an_installation_are_in_one_thread(jon: Operator) -> None:
    make_operator(OperatorRole.SUPPORT, person=make_person("Ines Carvalho"))
    installation = make_pending()
    deliver()
    ada, mara = installation.installed_by, make_member(installation.app.partner)
    ticket = write(jon, [Side.CUSTOMER, Side.PARTNER], installation_id=installation.pk.hex)
    assert (ticket.is_from_us, ticket.opened_by, ticket.taken_by) == (True, jon.person, jon.person)
    assert (ticket.account, ticket.partner, ticket.installation) == (
        installation.account, installation.app.partner, installation,
    )  # fmt: skip
    assert (ticket.status, set(ticket.about)) == ("waiting_for_customer", {"versions", "operation", "deliveries"})
    assert [letter.to for letter in deliver()] == [all_who_may(ada), [mara.person.email]]
    assert get_own_ticket(ada, ticket.pk.hex) == get_own_ticket(mara, ticket.pk.hex) == ticket
    say(ada, ticket, "So we noticed.")
    ticket.refresh_from_db()
    assert ticket.status == "waiting_for_us"
    assert [letter.to for letter in deliver()] == [[mara.person.email], [jon.person.email]]
    solve(ada, ticket)
    ticket.refresh_from_db()
    assert ticket.status == "solved"


@pytest.mark.parametrize(
    ("to", "status"), [(Side.CUSTOMER, "waiting_for_customer"), (Side.PARTNER, "waiting_for_partner")]
)
def test_one_side_alone_reads_what_is_for_it(jon: Operator, to: Side, status: str) -> None:
    installation = make_pending()
    deliver()
    ada, mara = installation.installed_by, make_member(installation.app.partner)
    ticket = write(jon, [to], installation_id=installation.pk.hex)
    assert ticket.status == status
    read = {Side.CUSTOMER: list(list_own_tickets(ada)), Side.PARTNER: list(list_own_tickets(mara))}
    assert read == {Side.CUSTOMER: [], Side.PARTNER: []} | {to: [ticket]}
    [letter] = deliver()
    assert letter.to == (all_who_may(ada) if to == Side.CUSTOMER else [mara.person.email])
    assert f"{jon.person.name} writes:" in letter.body
    assert ticket.pk.hex in link_in(letter)


def test_an_account_or_a_partner_alone_is_reached_and_nothing_is_due(jon: Operator) -> None:
    ada, mara = make_user(), make_member()
    first = write(jon, [Side.CUSTOMER], account_id=ada.account_id)
    second = write(jon, [Side.PARTNER], partner_id=mara.partner_id.hex)
    assert [(one.account, one.partner, one.app, one.about) for one in (first, second)] == [
        (ada.account, None, None, {}), (None, mara.partner, None, {}),
    ]  # fmt: skip
    assert count_to_answer(jon) == 0
    assert first.first_answered_at is not None
    assert not Deadline.objects.filter(kind="ticket.due").exists()
    event = Event.objects.get(kind="ticket.opened", subject_id=first.pk.hex)
    assert (event.data["is_from_us"], event.account_id) == (True, ada.account_id)


@pytest.mark.parametrize(
    ("role", "to", "words", "error"),
    [
        (OperatorRole.SUPPORT, [], {}, Invalid),
        (OperatorRole.SUPPORT, [Side.PARTNER], {}, Invalid),
        (OperatorRole.SUPPORT, [Side.OPERATOR], {}, Invalid),
        (OperatorRole.SUPPORT, [Side.CUSTOMER], {"text": " "}, Invalid),
        (OperatorRole.SUPPORT, [Side.CUSTOMER], {"subject": "x" * 121}, Invalid),
        (OperatorRole.FINANCE, [Side.CUSTOMER], {}, Forbidden),
    ],
)
def test_a_refusal_changes_nothing(
    role: OperatorRole, to: list[Side], words: dict[str, str], error: type[DomainError]
) -> None:
    account = make_user().account
    addressed = find_addressed(make_operator(OperatorRole.SUPPORT), account_id=account.pk)
    by = make_operator(role, person=make_person("Fay Finance"))
    before = Event.objects.count()
    with pytest.raises(error):
        actions.write_first(
            actor=actor_for(by.person),
            by=by,
            addressed=addressed,
            to=to,
            **{"subject": "Hello", "text": "Hi.", **words},
        )
    assert (Ticket.objects.count(), TicketMessage.objects.count(), Event.objects.count()) == (0, 0, before)


@pytest.mark.parametrize("name", ["installation_id", "account_id", "partner_id"])
def test_what_does_not_exist_is_not_written_to(jon: Operator, name: str) -> None:
    with pytest.raises(NotFound):
        find_addressed(jon, **{name: "0" * 32})
    with pytest.raises(Forbidden):
        find_addressed(make_operator(OperatorRole.FINANCE, person=make_person("Fay Finance")), **{name: "0" * 32})
