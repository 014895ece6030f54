"""Who may ask, who takes part in which ticket, and who answers for the house."""

from __future__ import annotations

from django.db.models import QuerySet

from fondaco.accounts.models import Operator, User
from fondaco.accounts.permissions import OPERATOR_ROLES, Permission
from fondaco.accounts.policies import check_operator_can
from fondaco.accounts.queries import list_holders
from fondaco.kit.errors import Forbidden, NotFound
from fondaco.partners.models import Member
from fondaco.support.models import Ticket
from fondaco.support.states import Side

Asker = User | Member


def side_of(by: Asker | Operator) -> Side:
    """Which side somebody speaks for."""
    if isinstance(by, Operator):
        return Side.OPERATOR
    return Side.CUSTOMER if isinstance(by, User) else Side.PARTNER


def can_ask(by: Asker) -> bool:
    """Whether they may open, read and answer tickets of their organisation."""
    if isinstance(by, User):
        return by.can(Permission.SUPPORT_ASK)
    return by.can(Permission.PARTNER_SUPPORT)


def list_askers(account_id: str, *, most: int = 5) -> list[User]:
    """Who in the account may ask support for somebody whose role may not, by name."""
    found = list_holders(account_id, Permission.SUPPORT_ASK)
    return list(found.select_related("person").order_by("person__name", "id")[:most])


def check_can_ask(by: Asker) -> None:
    """Raises :class:`Forbidden` for somebody whose role has nothing to do with support."""
    if not can_ask(by):
        raise Forbidden


def check_takes_part(by: Asker, ticket: Ticket) -> None:
    """Their account asked, or their partner takes part; any other ticket does not exist."""
    is_own = ticket.account_id == by.account_id if isinstance(by, User) else ticket.partner_id == by.partner_id
    if not is_own:
        raise NotFound
    check_can_ask(by)


def can_solve(by: Asker | Operator, ticket: Ticket) -> bool:
    """Whether they may say that it is solved: operators, and the side that asked."""
    return ticket.is_living and side_of(by) in {Side.OPERATOR, ticket.asking_side}


def check_can_solve(by: Asker | Operator, ticket: Ticket) -> None:
    """The same as a refusal; a partner who helps a customer cannot decide for them."""
    if isinstance(by, Operator):
        check_can_answer(by)
        return
    check_takes_part(by, ticket)
    if side_of(by) != ticket.asking_side:
        raise Forbidden


def check_can_answer(by: Operator) -> None:
    """Operators who support accounts work on all tickets."""
    check_operator_can(by, Permission.OPERATOR_SUPPORT)


def supporters() -> QuerySet[Operator]:
    """Everybody who may work on tickets, by name."""
    roles = [role.value for role, granted in OPERATOR_ROLES.items() if Permission.OPERATOR_SUPPORT in granted]
    found = Operator.objects.filter(is_active=True, person__is_active=True, roles__overlap=roles)
    return found.select_related("person").order_by("person__name", "pk")
