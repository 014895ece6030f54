"""Who may work and decide on which submission, and who may speak in the conversation about it."""

from __future__ import annotations

from typing import Final

from django.db.models import Exists, OuterRef, QuerySet

from fondaco.accounts.models import Operator
from fondaco.accounts.permissions import OPERATOR_ROLES, Permission
from fondaco.catalog.models import App, Version
from fondaco.catalog.policies import EDIT_PERMISSION
from fondaco.catalog.states import Track
from fondaco.kit.errors import Forbidden, NotFound
from fondaco.partners.models import Member
from fondaco.review.checking.registry import find_check
from fondaco.review.errors import OwnWork
from fondaco.review.models import Submission

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
    """Whether ``by`` is a member of the partner who submitted this; a query may have asked (``is_of_reader``)."""
    known = getattr(submission, "is_of_reader", None)
    if known is not None:
        return bool(known)
    return _belongs_to(by, submission.version.app)


def reviewers_of(submission: Submission) -> QuerySet[Operator]:
    """Everybody who may work on this submission, by name; the partner's own people are not among them."""
    permission = REVIEW_PERMISSION[Track(submission.track)]
    roles = [role.value for role, granted in OPERATOR_ROLES.items() if permission in granted]
    partners_people = Member.objects.filter(
        partner_id=submission.version.app.partner_id, person_id=OuterRef("pk"), is_active=True
    )
    return (
        Operator.objects.filter(~Exists(partners_people), is_active=True, roles__overlap=roles)
        .select_related("person")
        .order_by("person__name", "pk")
    )


def check_can_answer(by: Member, submission: Submission) -> None:
    """The partner's people who edit this track speak for it; another partner's submission does not exist."""
    if submission.version.app.partner_id != by.partner_id or not by.is_active:
        raise NotFound
    if not by.can(EDIT_PERMISSION[Track(submission.track)]):
        raise Forbidden


def check_reviews(by: Operator) -> None:
    """The operator reviews at least one track."""
    if not reviewable_tracks(by):
        raise Forbidden


def check_can_run_checks(by: Member | Operator, version: Version) -> None:
    """Members who edit one of the tracks, and reviewers; a stranger's version does not exist."""
    if isinstance(by, Operator):
        if not reviewable_tracks(by):
            raise Forbidden
        return
    if version.app.partner_id != by.partner_id or not by.is_active:
        raise NotFound
    if not can_run_checks(by, version):
        raise Forbidden


def can_run_checks(by: Member | Operator, version: Version) -> bool:
    """What the page asks before it offers to run the checks."""
    if isinstance(by, Operator):
        return bool(reviewable_tracks(by))
    return version.app.partner_id == by.partner_id and any(by.can(one) for one in EDIT_PERMISSION.values())


def check_can_waive(by: Operator, app: App, check_id: str) -> None:
    """Who reviews the track of a check may waive it, but not for the app of a partner that they belong to."""
    check = find_check(check_id)
    tracks = reviewable_tracks(by)
    if (check.track not in tracks) if check else not tracks:
        raise Forbidden
    if _belongs_to(by, app):
        raise OwnWork


def waivable_tracks(by: Operator, submission: Submission) -> list[Track]:
    """The tracks whose findings ``by`` may waive for the submission's app: what the page asks before it offers to."""
    return [] if is_own_work(by, submission) else reviewable_tracks(by)


def _belongs_to(by: Operator, app: App) -> bool:
    return Member.objects.filter(partner_id=app.partner_id, person_id=by.pk, is_active=True).exists()
