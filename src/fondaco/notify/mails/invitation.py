"""To someone invited; for a new partner's owner this is also the news that the request was approved."""

from __future__ import annotations

from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from fondaco.accounts import events
from fondaco.accounts.models import Invitation
from fondaco.accounts.queries import invitation_token
from fondaco.accounts.states import InvitationStatus
from fondaco.audit.models import Event
from fondaco.audit.recording import projects
from fondaco.notify.letters import Letter, Mail, link
from fondaco.partners.models import Partner

MAIL = Mail(
    "invitation",
    when="someone is invited to an account, a partner or the staff",
    to="the person invited",
    subject="⟨inviter⟩ invites you to ⟨place⟩ · ⟨place⟩ is a partner now",
)


@projects(events.INVITATION_SENT)
def queue(event: Event, invitation: Invitation) -> None:
    MAIL.queue(invitation.pk)


@MAIL.compose
def compose(invitation_id: UUID) -> Letter | None:
    invitation = Invitation.objects.get(pk=invitation_id)
    if invitation.status != InvitationStatus.PENDING:
        return None
    place = {"place": invitation.place_name, "inviter": invitation.invited_by}
    if _is_new_partner(invitation):
        subject = _("%(place)s is a partner now") % place
        news = _(
            "Your request was approved. You get a developer account with three licences and $25.00 of credit. "
            "Set a password to enter the partner portal and register your first app."
        )
    else:
        subject = _("%(inviter)s invites you to %(place)s") % place
        news = _("%(inviter)s invites you to join %(place)s.") % place
    return Letter(
        to=[invitation.email],
        subject=subject,
        paragraphs=[_("Hello %(name)s,") % {"name": invitation.name or invitation.email}, news],
        button=(_("Accept the invitation"), link(f"/invitations/{invitation_token(invitation)}")),
        closing=_("The link works once, until %(date)s.") % {"date": date_format(invitation.expires_at, "j F Y")},
    )


def _is_new_partner(invitation: Invitation) -> bool:
    return (
        invitation.place == "partner"
        and Partner.objects.filter(
            pk=invitation.place_id, application__contact_email__iexact=invitation.email, members__isnull=True
        ).exists()
    )
