"""More access than an app can need."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fondaco.catalog.data_fields import SCOPES_OF_FIELDS, describe_fields
from fondaco.catalog.scopes import REQUESTABLE, SCOPES
from fondaco.catalog.states import Track
from fondaco.catalog.subscriptions import EVENT_TYPES
from fondaco.review.checking.dossier import Dossier
from fondaco.review.checking.registry import Finding, Severity, Skip, check

_MANY: Final = 0.6  # of the catalogue


@check(
    "scopes-least",
    gettext_lazy("The app asks for no more than it uses"),
    since=1,
    track=Track.TECHNICAL,
    severity=Severity.WARNING,
    mend=gettext_lazy("Ask for what this version uses; a later version can ask for more."),
)
def examine(dossier: Dossier) -> Iterator[Finding]:
    """Finds a scope to change things without the one to read them, a scope to read of which no data field is declared
    and which no event takes, scopes whose reasons are the same word for word, scopes that every installation has
    anyway, and apps that ask for nearly everything."""
    asked = list(dossier.technical.scopes)
    if not asked:
        raise Skip(_("The app asks for no scopes."))
    where = "technical.scopes"
    for name in asked:
        noun, _colon, verb = name.partition(":")
        if name in SCOPES and SCOPES[name].implicit:
            yield Finding(
                _("%(scope)s is given to every installation; it need not be asked for.") % {"scope": name}, where
            )
        reading = f"{noun}:read"
        if verb != "read" and reading in REQUESTABLE and reading not in asked:
            words = {"scope": name, "reading": reading}
            yield Finding(_("%(scope)s without %(reading)s: the app changes what it cannot see.") % words, where)
    yield from _nothing_read(dossier)
    yield from _same_reasons(dossier, where)
    if len(asked) > len(REQUESTABLE) * _MANY:
        words = {"count": str(len(asked)), "all": str(len(REQUESTABLE))}
        yield Finding(_("The app asks for %(count)s of %(all)s scopes.") % words, where)


def _nothing_read(dossier: Dossier) -> Iterator[Finding]:
    technical = dossier.technical
    of_events = {each.scope for each in EVENT_TYPES.values() if each.field and getattr(technical, each.field)}
    for name in technical.scopes:
        is_used = name in of_events or describe_fields(name, technical.data_fields)
        if name in SCOPES_OF_FIELDS and not is_used:
            yield Finding(
                _("%(scope)s lets the app read data, but it is not said which.") % {"scope": name},
                "technical.data_fields",
                _("Choose under the scope what this version reads, or do without the scope."),
            )


def _same_reasons(dossier: Dossier, where: str) -> Iterator[Finding]:
    """Two scopes for one purpose: perhaps one of them is enough."""
    by_reason: dict[str, list[str]] = {}
    for name in dossier.technical.scopes:
        if reason := dossier.technical.scope_reasons.get(name, "").strip().casefold():
            by_reason.setdefault(reason, []).append(name)
    for names in by_reason.values():
        if len(names) > 1:
            yield Finding(_("%(scopes)s have one and the same reason.") % {"scopes": ", ".join(names)}, where)
