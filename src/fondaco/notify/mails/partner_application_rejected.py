"""To the applicant: not this time, and why."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from fondaco.audit.models import Event
from fondaco.audit.recording import projects
from fondaco.notify.letters import Letter, Mail, link
from fondaco.partners import events
from fondaco.partners.models import PartnerApplication

MAIL = Mail(
    "partner_application_rejected",
    when="a request to become a partner is rejected",
    to="the applicant",
    subject="About your request to become a partner",
)


@projects(events.APPLICATION_REJECTED)
def queue(event: Event, application: PartnerApplication) -> None:
    MAIL.queue(application.pk)


@MAIL.compose
def compose(application_id: UUID) -> Letter:
    application = PartnerApplication.objects.get(pk=application_id)
    return Letter(
        to=[application.contact_email],
        subject=_("About your request to become a partner"),
        paragraphs=[
            _("Hello %(name)s,") % {"name": application.contact_name},
            _("We cannot make %(company)s a partner now. The reason:") % {"company": application.company_name},
        ],
        quote=application.decision_reason,
        button=(_("Apply again"), link("/partners/apply")),
        closing=_("When this has changed you are welcome to apply again."),
    )
