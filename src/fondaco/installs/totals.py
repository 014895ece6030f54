"""What an account's apps come to in a month at list prices: indicative, not a bill (DOMAIN 7.10)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from fondaco.installs.models import Installation, Licence
from fondaco.kit.money import Money


@dataclass(frozen=True, slots=True)
class Totals:
    """``monthly`` has one amount for each currency; apps on trial cost nothing."""

    monthly: tuple[Money, ...]
    licences: int
    assigned: int
    trials: int


def add_up(installations: Collection[Installation]) -> Totals:
    """Of the apps that work now, also while a change waits or failed. One query."""
    working = [installation for installation in installations if installation.can_be_launched]
    sums: dict[str, Money] = {}
    for installation in working:
        price = installation.plan.monthly_total(installation.total_licences)
        sums[price.currency] = sums.get(price.currency, Money(0, price.currency)) + price
    return Totals(
        monthly=tuple(sums[currency] for currency in sorted(sums)),
        licences=sum(installation.total_licences for installation in working),
        assigned=Licence.objects.filter(installation__in=[i.pk for i in working]).count() if working else 0,
        trials=sum(installation.plan.is_trial for installation in working),
    )
