"""To someone who asked for a new password: the link by which they set it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from fondaco.accounts.queries import find_proven_email
from fondaco.identity.queries import password_reset_key
from fondaco.kit import clock
from fondaco.notify.letters import Letter, Mail, link

MAIL = Mail(
    "password_reset",
    when="someone asks for a new password for a person's address",
    to="the person",
    subject="Choose a new password",
)


@MAIL.compose
def compose(person_id: UUID) -> Letter | None:
    """The link is made of the person as they are now, and goes to the address that they have now.

    So a letter that had to wait opens no less and no more than one that is asked for at this moment. There is none for
    who has left or has not proven the address, nor for the ids of nobody that are queued for unknown addresses.
    """
    address = find_proven_email(person_id)
    if address is None:
        return None
    person = address.user
    ends_at = clock.now() + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
    return Letter(
        to=[address.email],
        subject=_("Choose a new password"),
        paragraphs=[
            _("Hello %(name)s,") % {"name": person.name},
            _("Somebody, most likely you, asked for a new password for this address."),
            _("The link works once, until %(time)s UTC.") % {"time": date_format(ends_at, "j F Y, H:i")},
        ],
        button=(_("Choose a new password"), link(f"/account/password/reset/key/{password_reset_key(person)}/")),
        closing=_("If this was not you, do nothing: your password stays as it is. Give this link to nobody."),
    )
