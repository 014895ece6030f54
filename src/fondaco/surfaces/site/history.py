"""Recorded facts as a timeline shows them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fondaco.audit.kinds import all_kinds
from fondaco.audit.models import Event

_TONES: Final = {
    "approved": "good",
    "available": "good",
    "advertised": "good",
    "rejected": "bad",
    "failed": "bad",
    "go_live_failed": "bad",
    "relisted": "good",
    "unlisted": "warn",
    "readmitted": "good",
    "withheld": "bad",
    "submitted": "info",
    "opened": "info",
}
# On the page of one version it need not be said that it is a version, and of what.
_WORDS: Final[dict[str, Promise]] = {
    "version.created": gettext_lazy("This version was begun."),
    "version.deprecated": gettext_lazy("It was taken out of the marketplace, and its end was announced."),
    "version.scheduled": gettext_lazy("A time was set at which it goes live."),
    "version.schedule_cancelled": gettext_lazy("The time at which it would have gone live was taken back."),
    "version.go_live_failed": gettext_lazy("Its set time came, but it could not be made available."),
    "version.unlisted": gettext_lazy("It was taken out of the marketplace for a while."),
    "version.relisted": gettext_lazy("It was brought back into the marketplace."),
    "version.withheld": gettext_lazy("The platform took it out of the marketplace."),
    "version.readmitted": gettext_lazy("The platform let it into the marketplace again."),
    "version.ended": gettext_lazy("Its announced last day came."),
    "version.edited": gettext_lazy("Its content was changed."),
    "version.retired": gettext_lazy("It was retired for good."),
    "app.retired": gettext_lazy("Its app was retired for good."),
    "app.received": gettext_lazy("Its app came over from another partner."),
    "install_link.made": gettext_lazy("It got an installation link."),
    "install_link.ended": gettext_lazy("Its installation link was switched off."),
    "technical_content.available": gettext_lazy("It was made available to customers."),
    "listing_content.advertised": gettext_lazy("Its listing appeared in the marketplace."),
    "client.created": gettext_lazy("This client was created."),
    "client.edited": gettext_lazy("What it is or may do was changed."),
    "client.regenerated": gettext_lazy("Its ID and secret were regenerated."),
    "client.key_pair_created": gettext_lazy("It got a new key pair."),
    "credentials.issued": gettext_lazy("An ID was given out."),
    "credentials.revoked": gettext_lazy("An ID stopped working."),
}


@dataclass(frozen=True, slots=True)
class Moment:
    """One entry of ``ui.timeline``; ``reason`` is what a person wrote with it."""

    title: str
    tone: str
    when: datetime
    who: str
    reason: str


def moments(events: Iterable[Event]) -> list[Moment]:
    """Each event in the words of its kind, in the order given."""
    meanings = {kind.name: kind.meaning for kind in all_kinds()}
    return [
        Moment(
            title=str(_WORDS.get(event.kind) or _(meanings.get(event.kind, event.kind))),
            tone=_TONES.get(event.kind.rpartition(".")[2], "mute"),
            when=event.occurred_at,
            who=event.actor_label,
            reason=str(event.data.get("reason", "")),
        )
        for event in events
    ]
