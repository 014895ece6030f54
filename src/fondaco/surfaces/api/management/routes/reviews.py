"""Reviews: the queue, one submission with everything to decide on, and the decision."""

from __future__ import annotations

from fondaco.accounts.permissions import Permission
from fondaco.catalog.states import Track
from fondaco.review import actions
from fondaco.review.models import Submission
from fondaco.review.queries import Order, QueueFilter, Shown, get_desk, get_submission, list_queue, place_in_queue
from fondaco.review.queries.queue import COLUMNS
from fondaco.review.risks import Level as RiskLevel
from fondaco.surfaces.api.management.door import Place, Request, Routes
from fondaco.surfaces.api.management.pages import page
from fondaco.surfaces.api.management.shapes.apps import CommentBody, TrackName
from fondaco.surfaces.api.management.shapes.fields import Cursor, Limit, Page
from fondaco.surfaces.api.management.shapes.reviews import (
    Level,
    OrderName,
    QueuedShape,
    RejectionBody,
    ReviewShape,
    ShownName,
)

routes = Routes("Operator: reviews", Place.OPERATOR)

REVIEWERS = (Permission.OPERATOR_REVIEW_TECHNICAL, Permission.OPERATOR_REVIEW_LISTING)


@routes.reads("/operator/submissions", Page[QueuedShape], *REVIEWERS)
def list_review_queue(
    request: Request,
    track: TrackName | None = None,
    shown: ShownName = "all",
    risk: Level | None = None,
    order: OrderName = "age",
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Page[QueuedShape]:
    """Open submissions of the tracks that the caller reviews; by age those waiting longest are first."""
    wanted = QueueFilter(
        track=Track(track) if track else None,
        shown=Shown(shown),
        level=RiskLevel(risk) if risk else None,
        order=Order(order),
    )
    found = list_queue(request.caller.operator, wanted=wanted)
    return page(found, QueuedShape.of, cursor=cursor, limit=limit, order=COLUMNS[wanted.order])


@routes.reads("/operator/submissions/{submission_id}", ReviewShape, *REVIEWERS)
def get_review(request: Request, submission_id: str) -> ReviewShape:
    """One submission with the content to decide on, what differs, and what was said."""
    desk = get_desk(request.caller.operator, submission_id)
    return ReviewShape.on(desk, place_in_queue(desk.submission))


@routes.does("/operator/submissions/{submission_id}/approve", QueuedShape, *REVIEWERS)
def approve_submission(request: Request, submission_id: str, body: CommentBody) -> QueuedShape:
    """The track passed; where two must agree it stays open for another person. The slower of two is told."""
    by = request.caller.operator
    submission = get_submission(by, submission_id)
    return shape(actions.approve(actor=request.caller.actor, by=by, submission=submission, comment=body.comment))


@routes.does("/operator/submissions/{submission_id}/reject", QueuedShape, *REVIEWERS)
def reject_submission(request: Request, submission_id: str, body: RejectionBody) -> QueuedShape:
    """The track goes back to the partner with feedback, and what to change one by one."""
    by = request.caller.operator
    decided = actions.reject(
        actor=request.caller.actor,
        by=by,
        submission=get_submission(by, submission_id),
        feedback=body.feedback,
        changes=body.asked(),
    )
    return shape(decided)


def shape(submission: Submission) -> QueuedShape:
    """As it stands now."""
    return QueuedShape.of(submission, place_in_queue(submission))
