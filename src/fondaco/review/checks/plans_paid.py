"""Something to pay for, or nobody pays."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fondaco.catalog.states import Track
from fondaco.review.checking.dossier import Dossier
from fondaco.review.checking.registry import Finding, Severity, check


@check(
    "plans-paid",
    gettext_lazy("There is a plan that customers pay as they go"),
    since=1,
    track=Track.LISTING,
    severity=Severity.ERROR,
    mend=gettext_lazy("Add a plan with a monthly price per seat or account, or with a price for usage."),
    blocks=True,
)
def examine(dossier: Dossier) -> Iterator[Finding]:
    """Asks for one plan beside the trial, and for a price or a meter on each."""
    paid = [plan for plan in dossier.plans if not plan.is_trial]
    if not paid:
        yield Finding(_("There is no plan beside the trial, so nobody could stay."), "plans")
    for plan in paid:
        if not plan.price_minor and not plan.meter_unit:
            yield Finding(_("The plan %(name)s costs nothing.") % {"name": plan.name}, "plans")
