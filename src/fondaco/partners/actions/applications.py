"""Becoming a partner: the form, the proof of address, the conversation, the decision (FAQ 3 and 6)."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from fondaco.accounts.models import Operator
from fondaco.accounts.permissions import Permission
from fondaco.accounts.policies import check_operator_can
from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.audit.status import transition
from fondaco.kit.errors import Invalid
from fondaco.partners import events
from fondaco.partners.actions.members import invite_first_owner
from fondaco.partners.actions.partners import create_partner
from fondaco.partners.errors import AlreadyApplied
from fondaco.partners.models import ApplicationMessage, Partner, PartnerApplication
from fondaco.partners.queries import find_application
from fondaco.partners.states import ApplicationStatus


def apply_to_become_partner(
    *, actor: Actor, company_name: str, website: str, contact_name: str, contact_email: str, intention: str
) -> PartnerApplication:
    """Takes the form. Operators see it only after the address was proven by the mailed link."""
    with transaction.atomic(durable=True):
        _check_nothing_waits(contact_email)
        application = PartnerApplication.objects.create(
            company_name=company_name,
            website=website,
            contact_name=contact_name,
            contact_email=contact_email.lower(),
            intention=intention,
        )
        record(events.APPLICATION_RECEIVED, application, actor=actor, data={"company": company_name})
    return application


def verify_application(*, actor: Actor, token: str) -> PartnerApplication:
    """The applicant opened the mailed link. Opening it twice changes nothing; of two forms sent, one goes on."""
    with transaction.atomic(durable=True):
        application = PartnerApplication.objects.select_for_update().get(pk=find_application("verify", token).pk)
        if application.status == ApplicationStatus.UNVERIFIED:
            try:
                with transaction.atomic():
                    transition(application, ApplicationStatus.PENDING, actor=actor)
            except IntegrityError as error:  # the other form of the two was faster
                raise AlreadyApplied(email=application.contact_email) from error
            record(events.APPLICATION_VERIFIED, application, actor=actor, data={"company": application.company_name})
    return application


def question_application(
    *, actor: Actor, by: Operator, application: PartnerApplication, question: str
) -> ApplicationMessage:
    """Asks the applicant back; the mail carries a link to answer with."""
    with transaction.atomic(durable=True):
        check_operator_can(by, Permission.OPERATOR_PARTNERS)
        message = _say(application, author=by.person.name, text=question, from_operator=True)
        transition(application, ApplicationStatus.QUESTIONED, actor=actor, data={"message": message.pk.hex})
    return message


def answer_application(*, actor: Actor, token: str, text: str) -> ApplicationMessage:
    """The applicant's answer puts the request back before the operator."""
    with transaction.atomic(durable=True):
        application = find_application("answer", token)
        transition(application, ApplicationStatus.PENDING, actor=actor)
        message = _say(application, author=application.contact_name, text=text, from_operator=False)
        record(events.APPLICATION_ANSWERED, application, actor=actor, data={"message": message.pk.hex})
    return message


def approve_application(*, actor: Actor, by: Operator, application: PartnerApplication, name: str = "") -> Partner:
    """Creates the partner with its developer account, and invites the applicant as its owner.

    ``name`` is for when another partner has the company's name already.
    """
    with transaction.atomic(durable=True):
        check_operator_can(by, Permission.OPERATOR_PARTNERS)
        transition(application, ApplicationStatus.APPROVED, actor=actor)
        partner = create_partner(
            actor=actor,
            name=name.strip() or application.company_name,
            website=application.website,
            contact_email=application.contact_email,
            application=application,
        )
        invite_first_owner(actor=actor, partner=partner, invited_by=by.person.name)
    return partner


def reject_application(
    *, actor: Actor, by: Operator, application: PartnerApplication, reason: str
) -> PartnerApplication:
    """Declines with a reason, which the applicant is mailed."""
    with transaction.atomic(durable=True):
        check_operator_can(by, Permission.OPERATOR_PARTNERS)
        clean = _text(reason, field="reason")
        fields = {"decision_reason": clean}
        transition(application, ApplicationStatus.REJECTED, actor=actor, reason=clean, fields=fields)
    return application


def _check_nothing_waits(email: str) -> None:
    waiting = [ApplicationStatus.PENDING, ApplicationStatus.QUESTIONED]
    if PartnerApplication.objects.filter(contact_email=email.lower(), status__in=waiting).exists():
        raise AlreadyApplied(email=email)


def _say(application: PartnerApplication, *, author: str, text: str, from_operator: bool) -> ApplicationMessage:
    return ApplicationMessage.objects.create(
        application=application, author_name=author, from_operator=from_operator, text=_text(text, field="text")
    )


def _text(value: str, *, field: str) -> str:
    if not value.strip():
        raise Invalid(fields={field: [str(_("Write at least a sentence; the applicant reads it."))]})
    return value.strip()
