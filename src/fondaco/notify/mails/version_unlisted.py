"""To the partner: a version was taken out of the marketplace for a while, or brought back."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from fondaco.accounts.permissions import Permission
from fondaco.audit.models import Event
from fondaco.audit.recording import projects
from fondaco.catalog import events
from fondaco.catalog.models import Version
from fondaco.notify.letters import Letter, Mail
from fondaco.notify.recipients import members
from fondaco.notify.version_letters import load_version, open_it, while_it_is_out

UNLISTED = Mail(
    "version_unlisted",
    when="someone of the partner takes a version out of the marketplace for a while",
    to="everyone of the partner who sees its apps",
    subject="⟨version⟩ is out of the marketplace",
)
RELISTED = Mail(
    "version_relisted",
    when="a version that was out of the marketplace is brought back",
    to="everyone of the partner who sees its apps",
    subject="⟨version⟩ is back",
)


@projects(events.VERSION_UNLISTED)
def queue_unlisted(event: Event, version: Version) -> None:
    UNLISTED.queue(version.pk)


@projects(events.VERSION_RELISTED)
def queue_relisted(event: Event, version: Version) -> None:
    RELISTED.queue(version.pk)


@UNLISTED.compose
def compose_unlisted(version_id: UUID) -> Letter | None:
    version = load_version(version_id)
    if not version.is_unlisted:  # it is back already
        return None
    return Letter(
        to=members(version.app.partner_id, Permission.PARTNER_VIEW),
        subject=_("%(version)s is out of the marketplace") % {"version": version},
        paragraphs=[
            *while_it_is_out(version),
            _("Who opens an old link to it reads this:"),
        ],
        quote=version.unlisted_reason,
        button=open_it(version),
        closing=_("Bring it back there whenever you are ready; it needs no review."),
    )


@RELISTED.compose
def compose_relisted(version_id: UUID) -> Letter | None:
    version = load_version(version_id)
    if version.is_unlisted:
        return None
    return Letter(
        to=members(version.app.partner_id, Permission.PARTNER_VIEW),
        subject=_("%(version)s is back") % {"version": version},
        paragraphs=[
            _("%(version)s was brought back: customers can find and install it again.") % {"version": version}
            if version.is_published
            else _("%(version)s was brought back: it can be installed again. Its listing follows when it is approved.")
            % {"version": version},
        ],
        button=open_it(version),
        closing=_("There is nothing to do."),
    )
