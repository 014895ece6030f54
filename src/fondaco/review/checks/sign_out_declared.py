"""Whoever signs people in must hear when they leave."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fondaco.catalog.states import Track
from fondaco.review.checking.dossier import Dossier
from fondaco.review.checking.registry import Finding, Severity, Skip, check


@check(
    "sign-out-declared",
    gettext_lazy("The app hears of sign-outs"),
    since=1,
    track=Track.TECHNICAL,
    severity=Severity.WARNING,
    mend=gettext_lazy("Switch “Hears of sign-outs” on, or give a back-channel logout URL, and end the session there."),
)
def examine(dossier: Dossier) -> Iterator[Finding]:
    """Asks apps with single sign-on for `user.logout` events or a back-channel logout URL."""
    technical = dossier.technical
    if not technical.redirect_urls:
        raise Skip(_("The app does not sign people in."))
    if not technical.receives_user_logout and not technical.backchannel_logout_url:
        yield Finding(
            _("People who sign out of the platform stay signed in to the app."), "technical.receives_user_logout"
        )
