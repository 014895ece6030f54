"""What an order comes to, before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fondaco.accounts.models import User
from fondaco.catalog.models import Plan
from fondaco.installs.actions.installing import check_rules, check_users
from fondaco.installs.auto_install import NOBODY, AutoInstall
from fondaco.installs.changes import at_most
from fondaco.installs.policies import find_unable
from fondaco.installs.queries import PurchaseSummary, purchase_summary


@dataclass(frozen=True, slots=True)
class OrderQuote:
    """``most`` is what rules may bring it to by themselves; None when they buy nothing more (T27)."""

    total: PurchaseSummary
    most: PurchaseSummary | None
    unable: tuple[User, ...]  # their role may not open apps


def quote_order(by: User, plan: Plan, users: Sequence[User], auto_install: AutoInstall = NOBODY) -> OrderQuote:
    """What the order would come to; refuses what ordering would refuse about people and rules."""
    check_users(by, plan, users)
    check_rules(by, plan, auto_install)
    return OrderQuote(
        total=purchase_summary(plan, len(users)),
        most=at_most(plan, len(users), auto_install),
        unable=find_unable(users),
    )
