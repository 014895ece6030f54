"""Becoming a partner: the applicant's side, which needs no token, and the operator's."""

from __future__ import annotations

from typing import Literal

from fondaco.accounts.permissions import Permission
from fondaco.audit.actor import Actor
from fondaco.kit.rate import check_rate
from fondaco.partners import actions
from fondaco.partners.queries import find_application, get_application, list_applications
from fondaco.partners.states import ApplicationStatus
from fondaco.surfaces.api.management.door import Place, Request, Routes
from fondaco.surfaces.api.management.pages import page
from fondaco.surfaces.api.management.shapes.fields import Cursor, Limit, Page
from fondaco.surfaces.api.management.shapes.partners import (
    ApplicationShape,
    ApplicationStandingShape,
    ApplyBody,
    ApproveApplicationBody,
    ConversationShape,
    PartnerShape,
    RefusalBody,
    WordsBody,
)

routes = Routes("Become a partner", Place.ANYWHERE)
operator_routes = Routes("Operator: requests to become a partner", Place.OPERATOR)

_HOUR = 3600
_FROM_ONE_ADDRESS, _TO_ONE_MAILBOX = 20, 3  # the same allowance as the page has, and counted together with it


@routes.creates("/partner-applications", ApplicationStandingShape)
def apply_to_become_partner(request: Request, body: ApplyBody) -> ApplicationStandingShape:
    """Sends a request to become a partner. It goes on once the mailed link was confirmed."""
    actor = _applicant(request, body.contact_name)
    check_rate(f"apply:{actor.address}", limit=_FROM_ONE_ADDRESS, per=_HOUR)
    check_rate(f"apply-to:{body.contact_email.lower()}"[:200], limit=_TO_ONE_MAILBOX, per=_HOUR)
    return ApplicationStandingShape.of(actions.apply_to_become_partner(actor=actor, **body.model_dump()))


@routes.does("/partner-applications/{token}/verify", ApplicationStandingShape)
def verify_application(request: Request, token: str) -> ApplicationStandingShape:
    """Proves the address with the token from the mailed link. Twice is once."""
    application = find_application("verify", token)
    actor = _applicant(request, application.contact_name)
    return ApplicationStandingShape.of(actions.verify_application(actor=actor, token=token))


@routes.does("/partner-applications/{token}/answer", ApplicationStandingShape)
def answer_application(request: Request, token: str, body: WordsBody) -> ApplicationStandingShape:
    """Answers the operator's question with the token from the mailed link."""
    application = find_application("answer", token)
    actor = _applicant(request, application.contact_name)
    actions.answer_application(actor=actor, token=token, text=body.text)
    return ApplicationStandingShape.of(find_application("answer", token))


@operator_routes.reads("/operator/partner-applications", Page[ApplicationShape], Permission.OPERATOR_PARTNERS)
def list_partner_applications(
    request: Request,
    status: Literal["pending", "questioned", "approved", "rejected"] | None = None,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Page[ApplicationShape]:
    """Requests whose address is proven, oldest first."""
    found = list_applications(request.caller.operator, status=ApplicationStatus(status) if status else None)
    return page(found, ApplicationShape.of, cursor=cursor, limit=limit, order="created_at")


@operator_routes.reads(
    "/operator/partner-applications/{application_id}", ConversationShape, Permission.OPERATOR_PARTNERS
)
def get_partner_application(request: Request, application_id: str) -> ConversationShape:
    """One request with everything that was said."""
    return ConversationShape.of(get_application(request.caller.operator, application_id))


@operator_routes.does(
    "/operator/partner-applications/{application_id}/question", ConversationShape, Permission.OPERATOR_PARTNERS
)
def question_partner_application(request: Request, application_id: str, body: WordsBody) -> ConversationShape:
    """Asks the applicant back; the mail carries a link to answer with."""
    by = request.caller.operator
    application = get_application(by, application_id)
    actions.question_application(actor=request.caller.actor, by=by, application=application, question=body.text)
    return ConversationShape.of(get_application(by, application_id))


@operator_routes.does(
    "/operator/partner-applications/{application_id}/approve", PartnerShape, Permission.OPERATOR_PARTNERS
)
def approve_partner_application(request: Request, application_id: str, body: ApproveApplicationBody) -> PartnerShape:
    """Creates the partner with its developer account and invites the applicant as its owner."""
    by = request.caller.operator
    application = get_application(by, application_id)
    partner = actions.approve_application(actor=request.caller.actor, by=by, application=application, name=body.name)
    return PartnerShape.of(partner)


@operator_routes.does(
    "/operator/partner-applications/{application_id}/reject", ConversationShape, Permission.OPERATOR_PARTNERS
)
def reject_partner_application(request: Request, application_id: str, body: RefusalBody) -> ConversationShape:
    """Declines with a reason, which the applicant is mailed."""
    by = request.caller.operator
    application = get_application(by, application_id)
    actions.reject_application(actor=request.caller.actor, by=by, application=application, reason=body.reason)
    return ConversationShape.of(get_application(by, application_id))


def _applicant(request: Request, name: str) -> Actor:
    caller = request.caller
    return caller.actor if caller.token else Actor.anonymous(label=name, address=caller.actor.address)
