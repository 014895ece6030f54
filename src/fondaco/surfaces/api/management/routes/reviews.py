"""Reviews: the queue, one submission with everything to decide on, and the decision."""

from __future__ import annotations

from fondaco.accounts.permissions import Permission
from fondaco.catalog.states import Track
from fondaco.review import actions
from fondaco.review.models import Submission
from fondaco.review.queries import get_submission, list_queue, place_in_queue
from fondaco.surfaces.api.management.door import Place, Request, Routes
from fondaco.surfaces.api.management.pages import page
from fondaco.surfaces.api.management.shapes.apps import (
    CommentBody,
    FeedbackBody,
    ReviewShape,
    SubmissionShape,
    TrackName,
    VersionShape,
)
from fondaco.surfaces.api.management.shapes.fields import Cursor, Limit, Page

routes = Routes("Operator: reviews", Place.OPERATOR)

_REVIEWERS = (Permission.OPERATOR_REVIEW_TECHNICAL, Permission.OPERATOR_REVIEW_LISTING)


@routes.reads("/operator/submissions", Page[SubmissionShape], *_REVIEWERS)
def list_review_queue(
    request: Request, track: TrackName | None = None, cursor: Cursor = None, limit: Limit = 20
) -> Page[SubmissionShape]:
    """Open submissions of the tracks that the caller reviews, those waiting longest first."""
    found = list_queue(request.caller.operator, track=Track(track) if track else None)
    return page(found, SubmissionShape.of, cursor=cursor, limit=limit, order="created_at")


@routes.reads("/operator/submissions/{submission_id}", ReviewShape, *_REVIEWERS)
def get_review(request: Request, submission_id: str) -> ReviewShape:
    """One submission with the content to decide on."""
    submission = get_submission(request.caller.operator, submission_id)
    credentials = submission.version.technical.test_credentials
    return ReviewShape(
        **_shape(submission).model_dump(),
        content=VersionShape.of(submission.version),
        test_credentials=credentials.decode() if credentials else None,
    )


@routes.does("/operator/submissions/{submission_id}/approve", SubmissionShape, *_REVIEWERS)
def approve_submission(request: Request, submission_id: str, body: CommentBody) -> SubmissionShape:
    """The track passed. Of two reviewers at once the slower one is told."""
    by = request.caller.operator
    submission = get_submission(by, submission_id)
    return _shape(actions.approve(actor=request.caller.actor, by=by, submission=submission, comment=body.comment))


@routes.does("/operator/submissions/{submission_id}/reject", SubmissionShape, *_REVIEWERS)
def reject_submission(request: Request, submission_id: str, body: FeedbackBody) -> SubmissionShape:
    """The track goes back to the partner with feedback."""
    by = request.caller.operator
    submission = get_submission(by, submission_id)
    return _shape(actions.reject(actor=request.caller.actor, by=by, submission=submission, feedback=body.feedback))


def _shape(submission: Submission) -> SubmissionShape:
    return SubmissionShape.of(submission, place_in_queue(submission))
