"""The partner's side of a review: where it stands, what to change, and the conversation."""

from __future__ import annotations

from fondaco.accounts.permissions import Permission
from fondaco.review.actions import write_to_reviewer as write
from fondaco.review.queries import get_own_submission, place_in_queue
from fondaco.surfaces.api.management.door import Place, Request, Routes
from fondaco.surfaces.api.management.pages import whole
from fondaco.surfaces.api.management.shapes.fields import Page
from fondaco.surfaces.api.management.shapes.reviews import MessageBody, MessageShape, PartnerSubmissionShape

routes = Routes("Partner: submissions", Place.PARTNER)

_ONE = "/partners/{partner_id}/submissions/{submission_id}"


@routes.reads(_ONE, PartnerSubmissionShape, Permission.PARTNER_VIEW)
def get_partner_submission(request: Request, partner_id: str, submission_id: str) -> PartnerSubmissionShape:
    """One submission: who acts next, since when, and what to change."""
    submission = get_own_submission(request.caller.member, submission_id)
    return PartnerSubmissionShape.of(submission, place_in_queue(submission))


@routes.reads(f"{_ONE}/messages", Page[MessageShape], Permission.PARTNER_VIEW)
def list_review_messages(request: Request, partner_id: str, submission_id: str) -> Page[MessageShape]:
    """What reviewers and partner said about a submission, oldest first."""
    return whole(get_own_submission(request.caller.member, submission_id).messages.all(), MessageShape.of)


@routes.creates(f"{_ONE}/messages", MessageShape, Permission.PARTNER_APPS_EDIT, Permission.PARTNER_LISTING_EDIT)
def write_to_reviewer(request: Request, partner_id: str, submission_id: str, body: MessageBody) -> MessageShape:
    """Words to the reviewers, who get them by mail; an open question is answered with them."""
    by = request.caller.member
    submission = get_own_submission(by, submission_id)
    return MessageShape.of(write(actor=request.caller.actor, by=by, submission=submission, text=body.text))
