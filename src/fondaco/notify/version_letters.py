"""What mails about a version that is kept out of the marketplace have in common, whoever keeps it out."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from fondaco.catalog.models import Version
from fondaco.catalog.queries import latest_published
from fondaco.notify.letters import link


def load_version(version_id: UUID) -> Version:
    """The version with all that such a mail says of it."""
    return Version.objects.select_related("app__partner", "technical", "listing").get(pk=version_id)


def while_it_is_out(version: Version) -> list[str]:
    """What that means for customers."""
    instead = latest_published(version.app)
    return [
        _("Nobody can newly install %(version)s for now. Existing installations go on.") % {"version": version},
        _("Customers find %(version)s instead.") % {"version": instead}
        if instead
        else _("Customers do not find the app in the marketplace meanwhile."),
    ]


def open_it(version: Version) -> tuple[str, str]:
    """The button."""
    return _("Open the version"), link(
        f"/portal/versions/{version.pk.hex}", place=f"partner:{version.app.partner_id.hex}"
    )
