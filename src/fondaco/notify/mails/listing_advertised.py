"""To the partner: customers can find the app now."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from fondaco.accounts.permissions import Permission
from fondaco.audit.models import Event
from fondaco.audit.recording import projects
from fondaco.catalog import events
from fondaco.catalog.models import ListingContent, Version
from fondaco.notify.letters import Letter, Mail, link
from fondaco.notify.recipients import members

MAIL = Mail(
    "listing_advertised",
    when="a listing appears in the marketplace",
    to="everyone of the partner who sees its apps",
    subject="⟨app⟩ is in the marketplace",
)


@projects(events.LISTING_ADVERTISED)
def queue(event: Event, listing: ListingContent) -> None:
    MAIL.queue(listing.version_id)


@MAIL.compose
def compose(version_id: UUID) -> Letter:
    version = Version.objects.select_related("app").get(pk=version_id)
    return Letter(
        to=members(version.app.partner_id, Permission.PARTNER_VIEW),
        subject=_("%(app)s is in the marketplace") % {"app": version.app.name},
        paragraphs=[
            _("Customers can find, try and install %(version)s from now on.") % {"version": version},
            _("Its listing is approved and the version is available, so it appeared by itself."),
        ],
        button=(_("See the listing"), link(f"/marketplace/{version.app.slug}")),
        closing=_("If something is wrong with it, you can take it out for a while on the version's page."),
    )
