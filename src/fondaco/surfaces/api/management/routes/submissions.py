"""Sending a track to review, and taking it back."""

from __future__ import annotations

from fondaco.accounts.permissions import Permission
from fondaco.catalog.queries import get_version
from fondaco.catalog.states import Track
from fondaco.review import actions
from fondaco.review.queries import find_open, list_submissions, place_in_queue
from fondaco.surfaces.api.management.door import Place, Request, Routes
from fondaco.surfaces.api.management.pages import whole
from fondaco.surfaces.api.management.shapes.apps import SubmissionShape, SubmitBody, WithdrawBody
from fondaco.surfaces.api.management.shapes.fields import Page
from fondaco.surfaces.api.management.shapes.reviews import PartnerSubmissionShape

routes = Routes("Partner: submissions", Place.PARTNER, for_machines=True)


@routes.reads(
    "/partners/{partner_id}/versions/{version_id}/submissions", Page[PartnerSubmissionShape], Permission.PARTNER_VIEW
)
def list_version_submissions(request: Request, partner_id: str, version_id: str) -> Page[PartnerSubmissionShape]:
    """Every submission of a version, newest first, with the reviewers' words and what they want changed."""
    submissions = list_submissions(get_version(request.caller.member, version_id), with_changes=True)
    return whole(submissions, lambda one: PartnerSubmissionShape.of(one, place_in_queue(one)))


@routes.creates(
    "/partners/{partner_id}/versions/{version_id}/submissions",
    SubmissionShape,
    Permission.PARTNER_APPS_EDIT,
    Permission.PARTNER_LISTING_EDIT,
)
def submit_track(request: Request, partner_id: str, version_id: str, body: SubmitBody) -> SubmissionShape:
    """Puts one track into the queue and locks it. Every field that is missing is named at once."""
    by = request.caller.member
    submission = actions.submit(
        actor=request.caller.actor,
        by=by,
        version=get_version(by, version_id),
        track=Track(body.track),
        note=body.note,
    )
    return SubmissionShape.of(submission, place_in_queue(submission))


@routes.does(
    "/partners/{partner_id}/versions/{version_id}/submissions/withdraw",
    SubmissionShape,
    Permission.PARTNER_APPS_EDIT,
    Permission.PARTNER_LISTING_EDIT,
)
def withdraw_track(request: Request, partner_id: str, version_id: str, body: WithdrawBody) -> SubmissionShape:
    """Takes one track back before it is decided; it is a draft again."""
    by = request.caller.member
    submission = find_open(by, get_version(by, version_id), Track(body.track))
    return SubmissionShape.of(actions.withdraw(actor=request.caller.actor, by=by, submission=submission), 0)
