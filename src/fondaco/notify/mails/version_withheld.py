"""To the partner: the platform took a version out of the marketplace, or let it in again."""

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

WITHHELD = Mail(
    "version_withheld",
    when="staff of the platform take a version out of the marketplace",
    to="everyone of the partner who sees its apps",
    subject="The platform took ⟨version⟩ out of the marketplace",
)
READMITTED = Mail(
    "version_readmitted",
    when="staff of the platform let a version into the marketplace again",
    to="everyone of the partner who sees its apps",
    subject="⟨version⟩ may be in the marketplace again",
)


@projects(events.VERSION_WITHHELD)
def queue_withheld(event: Event, version: Version) -> None:
    if not event.data["because"]:  # whatever else it was has a mail of its own
        WITHHELD.queue(version.pk)


@projects(events.VERSION_READMITTED)
def queue_readmitted(event: Event, version: Version) -> None:
    READMITTED.queue(version.pk)


@WITHHELD.compose
def compose_withheld(version_id: UUID) -> Letter | None:
    version = load_version(version_id)
    if not version.is_withheld:  # it was let in again before this was written
        return None
    return Letter(
        to=members(version.app.partner_id, Permission.PARTNER_VIEW),
        subject=_("The platform took %(version)s out of the marketplace") % {"version": version},
        paragraphs=[
            *while_it_is_out(version),
            _("This is why, and what those read who open an old link to it:"),
        ],
        quote=version.withheld_reason,
        button=open_it(version),
        closing=_("Mend it in a new version and submit that. If you see it differently, write to the platform."),
    )


@READMITTED.compose
def compose_readmitted(version_id: UUID) -> Letter | None:
    version = load_version(version_id)
    if version.is_withheld:
        return None
    return Letter(
        to=members(version.app.partner_id, Permission.PARTNER_VIEW),
        subject=_("%(version)s may be in the marketplace again") % {"version": version},
        paragraphs=[
            _("The platform let %(version)s in again: customers can find and install it.") % {"version": version}
            if version.is_published
            else _(
                "The platform let %(version)s in again. Customers find it as soon as both its tracks have passed and "
                "you have made it available."
            )
            % {"version": version},
        ],
        button=open_it(version),
        closing=_("There is nothing to do."),
    )
