"""To the applicant: the operator has a question."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from fondaco.audit.models import Event
from fondaco.audit.recording import projects
from fondaco.notify.letters import Letter, Mail, link
from fondaco.partners import events
from fondaco.partners.models import ApplicationMessage, PartnerApplication
from fondaco.partners.queries import application_token

MAIL = Mail(
    "partner_application_questioned",
    when="a partner manager asks an applicant a question",
    to="the applicant",
    subject="A question about your request to become a partner",
)


@projects(events.APPLICATION_QUESTIONED)
def queue(event: Event, application: PartnerApplication) -> None:
    MAIL.queue(UUID(event.data["message"]))


@MAIL.compose
def compose(message_id: UUID) -> Letter:
    message = ApplicationMessage.objects.select_related("application").get(pk=message_id)
    application = message.application
    return Letter(
        to=[application.contact_email],
        subject=_("A question about your request to become a partner"),
        paragraphs=[
            _("Hello %(name)s,") % {"name": application.contact_name},
            _("%(operator)s asks before deciding:") % {"operator": message.author_name},
        ],
        quote=message.text,
        button=(_("Answer"), link(f"/partners/apply/answer/{application_token(application, 'answer')}")),
    )
