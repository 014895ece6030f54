"""To the applicant: prove that this address is yours."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from fondaco.audit.models import Event
from fondaco.audit.recording import projects
from fondaco.notify.letters import Letter, Mail, link
from fondaco.partners import events
from fondaco.partners.models import PartnerApplication
from fondaco.partners.queries import application_token

MAIL = Mail(
    "partner_application_verify",
    when="someone asks to become a partner",
    to="the applicant",
    subject="Confirm your address to become a partner",
)


@projects(events.APPLICATION_RECEIVED)
def queue(event: Event, application: PartnerApplication) -> None:
    MAIL.queue(application.pk)


@MAIL.compose
def compose(application_id: UUID) -> Letter:
    application = PartnerApplication.objects.get(pk=application_id)
    return Letter(
        to=[application.contact_email],
        subject=_("Confirm your address to become a partner"),
        paragraphs=[
            _("Hello %(name)s,") % {"name": application.contact_name},
            _(
                "Someone, probably you, asked to make %(company)s a partner. "
                "Confirm that this address is yours, then we look at the request."
            )
            % {"company": application.company_name},
        ],
        button=(_("Confirm my address"), link(f"/partners/apply/verify/{application_token(application, 'verify')}")),
        closing=_("If this was not you, do nothing: without a confirmation nobody sees the request."),
    )
