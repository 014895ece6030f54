"""To the applicant: we have your request. Its twin tells the operators that one is waiting."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from fondaco.accounts.permissions import Permission
from fondaco.audit.models import Event
from fondaco.audit.recording import projects
from fondaco.notify.letters import Letter, Mail, link
from fondaco.notify.recipients import operators
from fondaco.partners import events
from fondaco.partners.models import PartnerApplication

TO_APPLICANT = Mail(
    "partner_application_received",
    when="an applicant confirmed their address",
    to="the applicant",
    subject="We have your request to become a partner",
)
TO_OPERATORS = Mail(
    "partner_application_waiting",
    when="a request to become a partner waits, or was answered",
    to="the partner managers",
    subject="⟨company⟩ waits for an answer",
)


@projects(events.APPLICATION_VERIFIED)
def queue(event: Event, application: PartnerApplication) -> None:
    TO_APPLICANT.queue(application.pk)
    TO_OPERATORS.queue(application.pk)


@projects(events.APPLICATION_ANSWERED)
def queue_answer(event: Event, application: PartnerApplication) -> None:
    TO_OPERATORS.queue(application.pk)


@TO_APPLICANT.compose
def compose_for_applicant(application_id: UUID) -> Letter:
    application = PartnerApplication.objects.get(pk=application_id)
    return Letter(
        to=[application.contact_email],
        subject=_("We have your request to become a partner"),
        paragraphs=[
            _("Hello %(name)s,") % {"name": application.contact_name},
            _(
                "Thank you. A partner manager reads what %(company)s wants to build and answers by mail, "
                "usually within two working days."
            )
            % {"company": application.company_name},
        ],
        button=(_("Read how it goes on"), link("/partners")),
        closing=_("You need not do anything until then."),
    )


@TO_OPERATORS.compose
def compose_for_operators(application_id: UUID) -> Letter:
    application = PartnerApplication.objects.get(pk=application_id)
    return Letter(
        to=operators(Permission.OPERATOR_PARTNERS),
        subject=_("%(company)s waits for an answer") % {"company": application.company_name},
        paragraphs=[_("A request to become a partner is before you. What they want to build:")],
        quote=application.intention,
        button=(_("Open the request"), link(f"/backoffice/applications/{application.pk.hex}", place="operator:staff")),
    )
