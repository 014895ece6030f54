"""To an address of which somebody has to say whether it is theirs."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from fondaco.accounts.queries import confirmation_key, find_unproven_email
from fondaco.notify.letters import Letter, Mail, link

MAIL = Mail(
    "email_confirm",
    when="a person asks to sign in with another address, or signs in with one that nobody has confirmed",
    to="that address",
    subject="Confirm your address",
)


@MAIL.compose
def compose(person_id: UUID) -> Letter | None:
    """Only the key in the link says which address; one that was taken back or confirmed meanwhile is asked nothing."""
    address = find_unproven_email(person_id)
    if address is None:
        return None
    person = address.user
    if address.email == person.email:
        asked = _("Somebody, most likely you, signed in with this address. Confirm that it is yours.")
    else:
        asked = _("%(old)s asked to sign in with this address from now on. Confirm that it is yours.")
    return Letter(
        to=[address.email],
        subject=_("Confirm your address"),
        paragraphs=[_("Hello %(name)s,") % {"name": person.name}, asked % {"old": person.email}],
        button=(_("Confirm my address"), link(f"/account/confirm-email/{confirmation_key(address)}/")),
        closing=_("The link works once, for a day. If this was not you, do nothing: nothing changes."),
    )
