"""Who may decide on which submission."""

from __future__ import annotations

from typing import Final

from fondaco.accounts.models import Operator
from fondaco.accounts.permissions import Permission
from fondaco.catalog.states import Track
from fondaco.kit.errors import Forbidden
from fondaco.partners.models import Member
from fondaco.review.errors import OwnWork
from fondaco.review.models import Submission
from fondaco.review.states import SubmissionStatus

REVIEW_PERMISSION: Final = {
    Track.TECHNICAL: Permission.OPERATOR_REVIEW_TECHNICAL,
    Track.LISTING: Permission.OPERATOR_REVIEW_LISTING,
}


def reviewable_tracks(by: Operator) -> list[Track]:
    """The tracks whose queue ``by`` works on."""
    return [track for track in Track if by.can(REVIEW_PERMISSION[track])]


def check_can_decide(by: Operator, submission: Submission) -> None:
    """The operator reviews this track, and nobody reviews the work of a partner that they belong to."""
    if not by.can(REVIEW_PERMISSION[Track(submission.track)]):
        raise Forbidden
    if is_own_work(by, submission):
        raise OwnWork


def is_own_work(by: Operator, submission: Submission) -> bool:
    """Whether ``by`` is a member of the partner who submitted this."""
    partner_id = submission.version.app.partner_id
    return Member.objects.filter(partner_id=partner_id, person_id=by.pk, is_active=True).exists()


def can_decide(by: Operator, submission: Submission) -> bool:
    """What the page asks before it offers a decision."""
    return (
        submission.status == SubmissionStatus.OPEN
        and by.can(REVIEW_PERMISSION[Track(submission.track)])
        and not is_own_work(by, submission)
    )
