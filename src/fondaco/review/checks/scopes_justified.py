"""Reasons for scopes that are no reasons."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fondaco.catalog.scopes import SCOPES
from fondaco.catalog.states import Track
from fondaco.review.checking.dossier import Dossier
from fondaco.review.checking.registry import Finding, Severity, Skip, check

_SHORTEST: Final = 12
_EMPTY: Final = re.compile(
    r"(?:it is |this is )?"
    r"(?:needed|required|necessary|because we need it|for the app|for our app|n/?a|todo|tbd|test)\W*",
    re.IGNORECASE,
)


@check(
    "scopes-justified",
    gettext_lazy("Each scope that changes data has a reason"),
    since=1,
    track=Track.TECHNICAL,
    severity=Severity.ERROR,
    mend=gettext_lazy(
        "Say what your app does with it, as the customer will read it: “to add the number after a payment”."
    ),
    blocks=True,
)
def examine(dossier: Dossier) -> Iterator[Finding]:
    """Finds scopes that change data without a reason, and reasons that say nothing or are the same for all."""
    technical = dossier.technical
    if not technical.scopes:
        raise Skip(_("The app asks for no scopes."))
    reasons = [technical.scope_reasons.get(name, "").strip() for name in technical.scopes]
    for name, reason in zip(technical.scopes, reasons, strict=True):
        scope = SCOPES.get(name)
        if not reason and scope is not None and scope.needs_reason:
            yield Finding(_("%(scope)s changes data and has no reason.") % {"scope": name}, "technical.scopes")
        elif reason and (len(reason) < _SHORTEST or _EMPTY.fullmatch(reason)):
            words = {"scope": name, "reason": reason}
            yield Finding(_("“%(reason)s” does not say what %(scope)s is for.") % words, "technical.scopes")
    given = [reason.casefold() for reason in reasons if reason]
    if len(given) > 2 and len(set(given)) == 1:
        yield Finding(_("All scopes have the same reason."), "technical.scopes")
