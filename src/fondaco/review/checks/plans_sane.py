"""Plans that are probably not meant as they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fondaco.catalog.models import Plan
from fondaco.catalog.states import Track
from fondaco.review.checking.dossier import Dossier
from fondaco.review.checking.registry import Finding, Severity, Skip, check

_YEARLY: Final = re.compile(r"\b(?:year(?:ly)?|annual(?:ly)?|per annum|jährlich|12 months)\b", re.IGNORECASE)
_MUCH_PER_SEAT: Final = 1_000_00
_CENTS: Final = 50
_MICROS_PER_CENT: Final = 10_000


@check(
    "plans-sane",
    gettext_lazy("Plans are plausible"),
    since=1,
    track=Track.LISTING,
    severity=Severity.WARNING,
    mend=gettext_lazy("Look at the plan again. Prices are for one month, and fixed once the version is available."),
)
def examine(dossier: Dossier) -> Iterator[Finding]:
    """Finds yearly prices (all are monthly), prices below 50 cents or above $1,000 a seat, limits that exclude each
    other, seat limits on a plan for the whole account, a cap below the price, and two plans that are the same."""
    paid = [plan for plan in dossier.plans if not plan.is_trial]
    if not paid:
        raise Skip(_("There is no paid plan yet."))
    for plan in paid:
        for problem in _problems(plan):
            yield Finding(problem % {"name": plan.name}, "plans")
    for one, other in combinations(paid, 2):
        if _price_of(one) == _price_of(other):
            words = {"one": one.name, "other": other.name}
            yield Finding(_("%(one)s and %(other)s cost the same and are counted alike.") % words, "plans")


def _problems(plan: Plan) -> Iterator[str]:
    if _YEARLY.search(f"{plan.name} {plan.summary} {plan.description}"):
        yield _("%(name)s speaks of a year; its price is for one month.")
    if 0 < plan.price_minor < _CENTS:
        yield _("%(name)s costs less than 50 cents a month.")
    if plan.is_per_seat and plan.price_minor > _MUCH_PER_SEAT:
        yield _("%(name)s costs more than 1,000 a seat and month.")
    if plan.max_licences is not None and plan.max_licences < plan.min_licences:
        yield _("%(name)s wants at least more licences than it allows.")
    if plan.is_per_seat and plan.min_licences > 100:
        yield _("%(name)s begins at more than 100 licences, so small teams cannot stay after their trial.")
    if not plan.is_per_seat and plan.min_licences > 1:
        yield _("%(name)s is for the whole account and yet has a smallest number of licences.")
    if (
        plan.meter is not None
        and plan.meter.cap is not None
        and plan.meter.cap.minor * _MICROS_PER_CENT < plan.meter.price.micros
    ):
        yield _("%(name)s has a cap below the price of one unit.")


def _price_of(plan: Plan) -> tuple[object, ...]:
    return (
        plan.model, plan.price_minor, plan.currency, plan.min_licences, plan.max_licences, plan.meter_unit,
        plan.meter_price_micros, plan.meter_included, plan.meter_cap_minor,
    )  # fmt: skip
