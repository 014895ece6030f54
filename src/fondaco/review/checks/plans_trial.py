"""The 30-day trial."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fondaco.catalog.states import Track
from fondaco.review.checking.dossier import Dossier
from fondaco.review.checking.registry import Finding, Severity, check


@check(
    "plans-trial",
    gettext_lazy("There is a free trial"),
    since=1,
    track=Track.LISTING,
    severity=Severity.ERROR,
    mend=gettext_lazy("Begin the version anew: every version has a 30-day trial from the start."),
    blocks=True,
)
def examine(dossier: Dossier) -> Iterator[Finding]:
    """Asks for exactly one trial plan that costs nothing."""
    trials = [plan for plan in dossier.plans if plan.is_trial]
    if len(trials) != 1:
        yield Finding(_("There are %(count)d trial plans; there must be one.") % {"count": len(trials)}, "plans")
    elif trials[0].price_minor or trials[0].meter_unit:
        yield Finding(_("The trial is not free."), "plans")
