"""From submission to decision, and publication."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.factories.accounts import actor_for, make_operator
from tests.factories.catalog import make_app, make_version
from tests.factories.partners import make_member, make_partner
from tests.factories.reviews import finish_checks

from fondaco.accounts.models import Operator
from fondaco.accounts.permissions import OperatorRole
from fondaco.audit.actor import Actor
from fondaco.audit.models import Event
from fondaco.audit.status import IllegalTransition
from fondaco.catalog import actions as catalog
from fondaco.catalog.errors import ContentIncomplete, ContentLocked, NotApproved
from fondaco.catalog.models import ListingContent, TechnicalContent, Version
from fondaco.catalog.queries import get_listing, search_listings
from fondaco.catalog.states import ListingStatus, TechnicalStatus, Track
from fondaco.kit import clock
from fondaco.kit.errors import Forbidden, Invalid, NotFound
from fondaco.partners.models import Member, MemberRole
from fondaco.review import actions, queries
from fondaco.review.errors import AlreadyDecided, FeedbackRequired, OwnWork
from fondaco.review.models import Submission

pytestmark = pytest.mark.django_db

SYSTEM = Actor.system("tests")


@pytest.fixture
def jon() -> Operator:
    return make_operator()


def submit(by: Member, version: Version, track: Track = Track.TECHNICAL) -> Submission:
    submission = actions.submit(actor=actor_for(by.person), by=by, version=version, track=track, note="Please look")
    finish_checks(submission)
    return submission


def approve(by: Operator, submission: Submission) -> Submission:
    return actions.approve(actor=actor_for(by.person), by=by, submission=submission, comment="Well done")


def reject(by: Operator, submission: Submission, feedback: str = "The redirect URL answers 404.") -> Submission:
    return actions.reject(actor=actor_for(by.person), by=by, submission=submission, feedback=feedback)


def statuses(version: Version) -> tuple[str, str]:
    return (
        TechnicalContent.objects.get(pk=version.pk).status,
        ListingContent.objects.get(pk=version.pk).status,
    )


def facts() -> list[str]:
    wanted = ("submission.", "technical_content.", "listing_content.")
    return [kind for kind in Event.objects.order_by("id").values_list("kind", flat=True) if kind.startswith(wanted)]


def test_submit_locks_the_track_and_joins_the_queue(mara: Member) -> None:
    version = make_version(make_app(mara.partner))
    submission = submit(mara, version)
    assert statuses(version) == ("in_review", "draft")
    assert (submission.status, submission.note, submission.submitted_by) == ("open", "Please look", mara.person)
    assert facts() == ["technical_content.submitted", "submission.opened"]


@pytest.mark.parametrize("track", Track)
def test_incomplete_content_is_not_submitted(mara: Member, track: Track) -> None:
    version = make_version(make_app(mara.partner), is_complete=False)
    with pytest.raises(ContentIncomplete) as refusal:
        submit(mara, version, track)
    assert len(refusal.value.fields) >= 3
    assert statuses(version) == ("draft", "draft")
    assert Submission.objects.count() == 0
    assert facts() == []


def test_submitting_twice_is_refused(mara: Member) -> None:
    version = make_version(make_app(mara.partner))
    submit(mara, version)
    with pytest.raises(ContentLocked):
        submit(mara, version)
    assert Submission.objects.count() == 1


def test_withdraw(mara: Member) -> None:
    version = make_version(make_app(mara.partner))
    submission = submit(mara, version)
    actions.withdraw(actor=actor_for(mara.person), by=mara, submission=submission)
    submission.refresh_from_db()
    assert submission.status == "withdrawn"
    assert statuses(version) == ("draft", "draft")
    assert facts()[2:] == ["technical_content.withdrawn", "submission.withdrawn"]


def test_strangers_cannot_submit_or_withdraw(mara: Member) -> None:
    stranger = make_member(make_partner("Whisper Inc"))
    version = make_version(make_app(mara.partner))
    with pytest.raises(NotFound):
        submit(stranger, version)
    submission = submit(mara, version)
    with pytest.raises(NotFound):
        actions.withdraw(actor=actor_for(stranger.person), by=stranger, submission=submission)
    milo = make_member(mara.partner, role=MemberRole.MARKETING)
    with pytest.raises(Forbidden):
        actions.withdraw(actor=actor_for(milo.person), by=milo, submission=submission)
    assert statuses(version) == ("in_review", "draft")


def test_rejection_and_a_second_try(mara: Member, jon: Operator) -> None:
    version = make_version(make_app(mara.partner))
    submission = reject(jon, submit(mara, version))
    submission.refresh_from_db()
    assert (submission.status, submission.decided_by, submission.feedback) == (
        "rejected",
        jon.person,
        "The redirect URL answers 404.",
    )
    assert statuses(version) == ("rejected", "draft")
    again = submit(mara, version)
    approve(jon, again)
    assert statuses(version) == ("approved", "draft")
    assert [submission.status for submission in queries.list_submissions(version)] == ["approved", "rejected"]


@pytest.mark.parametrize("feedback", ["", "  \n "])
def test_rejection_needs_feedback(mara: Member, jon: Operator, feedback: str) -> None:
    version = make_version(make_app(mara.partner))
    submission = submit(mara, version)
    with pytest.raises(FeedbackRequired):
        reject(jon, submission, feedback)
    with pytest.raises(Invalid):
        reject(jon, submission, "x" * 5001)
    submission.refresh_from_db()
    assert (submission.status, submission.decided_by) == ("open", None)
    assert statuses(version) == ("in_review", "draft")


def test_publication_in_either_order(mara: Member, jon: Operator) -> None:
    actor = actor_for(mara.person)
    first = make_version(make_app(mara.partner))
    approve(jon, submit(mara, first))
    catalog.make_available(actor=actor, by=mara, version=first)
    assert statuses(first) == ("available", "draft")
    approve(jon, submit(mara, first, Track.LISTING))
    assert statuses(first) == ("available", "advertised")

    second = make_version(make_app(mara.partner, name="Whisper"))
    approve(jon, submit(mara, second, Track.LISTING))
    assert statuses(second) == ("draft", "approved")
    approve(jon, submit(mara, second))
    assert [version.app.name for version in search_listings()] == ["Ledgerline"]
    published = catalog.make_available(actor=actor, by=mara, version=second)
    assert statuses(second) == ("available", "advertised")
    assert published.is_published  # T8: what is returned is the true state
    assert get_listing("whisper").pk == second.pk
    assert [version.app.name for version in search_listings(text="whisp")] == ["Whisper"]


@pytest.mark.parametrize("status", [status for status in TechnicalStatus if status != TechnicalStatus.APPROVED])
def test_T08_only_approved_content_becomes_available(mara: Member, status: TechnicalStatus) -> None:
    version = make_version(make_app(mara.partner), technical=status, listing=ListingStatus.APPROVED)
    with pytest.raises(NotApproved) as refusal:
        catalog.make_available(actor=SYSTEM, by=mara, version=version)
    assert "Nothing was changed" in str(refusal.value)
    assert statuses(version) == (status.value, "approved")
    assert facts() == []


def test_who_may_publish(mara: Member) -> None:
    version = make_version(make_app(mara.partner), technical=TechnicalStatus.APPROVED)
    with pytest.raises(NotFound):
        catalog.make_available(actor=SYSTEM, by=make_member(), version=version)
    with pytest.raises(Forbidden):
        milo = make_member(mara.partner, role=MemberRole.MARKETING)
        catalog.make_available(actor=SYSTEM, by=milo, version=version)
    assert statuses(version) == ("approved", "draft")


@pytest.mark.parametrize("step", ["submit", "withdraw", "approve", "reject"])
@pytest.mark.parametrize(
    ("track", "status"),
    [
        *((Track.TECHNICAL, status) for status in TechnicalStatus),
        *((Track.LISTING, status) for status in ListingStatus),
    ],
)
def test_every_step_from_every_state(mara: Member, track: Track, step: str, status: str) -> None:
    states: dict[str, Any] = {track.value: status}
    version = make_version(make_app(mara.partner), **states)
    steps: dict[str, tuple[Callable[[], object], set[str], str]] = {
        "submit": (
            lambda: catalog.submit_track(actor=SYSTEM, by=mara, version=version, track=track),
            {"draft", "rejected"},
            "in_review",
        ),
        "withdraw": (
            lambda: catalog.withdraw_track(actor=SYSTEM, by=mara, version=version, track=track),
            {"in_review"},
            "draft",
        ),
        "approve": (
            lambda: catalog.approve_track(actor=SYSTEM, version=version, track=track),
            {"in_review"},
            "approved",
        ),
        "reject": (
            lambda: catalog.reject_track(actor=SYSTEM, version=version, track=track, feedback="No"),
            {"in_review"},
            "rejected",
        ),
    }
    take, allowed, to = steps[step]
    place = 0 if track == Track.TECHNICAL else 1
    other = statuses(version)[1 - place]
    if status in allowed:
        take()
        assert statuses(version)[place] == to
        assert len(facts()) == 1
    else:
        with pytest.raises((IllegalTransition, ContentLocked)):
            take()
        assert statuses(version)[place] == status
        assert facts() == []
    assert statuses(version)[1 - place] == other


@pytest.mark.parametrize(
    ("role", "track"),
    [
        (OperatorRole.MARKETING_REVIEWER, Track.TECHNICAL),
        (OperatorRole.TECHNICAL_REVIEWER, Track.LISTING),
        (OperatorRole.PARTNER_MANAGER, Track.TECHNICAL),
        (OperatorRole.FINANCE, Track.LISTING),
    ],
)
def test_reviewers_decide_on_their_own_track_only(mara: Member, role: OperatorRole, track: Track) -> None:
    version = make_version(make_app(mara.partner))
    submission = submit(mara, version, track)
    operator = make_operator(role)
    with pytest.raises(Forbidden):
        approve(operator, submission)
    with pytest.raises(Forbidden):
        reject(operator, submission)
    with pytest.raises(NotFound):
        queries.get_submission(operator, submission.pk.hex)
    submission.refresh_from_db()
    assert submission.status == "open"


def test_nobody_reviews_their_own_work(mara: Member) -> None:
    submission = submit(mara, make_version(make_app(mara.partner)))
    operator = make_operator(person=make_member(mara.partner, role=MemberRole.FINANCE).person)
    with pytest.raises(OwnWork):
        approve(operator, submission)
    with pytest.raises(OwnWork):
        reject(operator, submission)
    submission.refresh_from_db()
    assert (submission.status, submission.decided_by) == ("open", None)


def test_a_decided_submission_stays_decided(mara: Member, jon: Operator) -> None:
    version = make_version(make_app(mara.partner))
    submission = submit(mara, version)
    approve(jon, submission)
    late = make_operator(person=make_member(make_partner("Else Inc")).person)
    with pytest.raises(AlreadyDecided, match="Jon Okafor was faster: this submission is approved"):
        reject(late, submission)
    with pytest.raises(AlreadyDecided):
        actions.withdraw(actor=actor_for(mara.person), by=mara, submission=submission)
    submission.refresh_from_db()
    assert (submission.status, submission.decided_by, submission.feedback) == ("approved", jon.person, "Well done")
    assert statuses(version) == ("approved", "draft")


def test_the_queue(mara: Member, jon: Operator) -> None:
    versions = [make_version(make_app(mara.partner, name=name)) for name in ("One app", "Two app", "Three app")]
    listing = submit(mara, versions[0], Track.LISTING)
    technical = [submit(mara, version) for version in versions]
    assert list(queries.list_queue(jon)) == [listing, *technical]
    assert list(queries.list_queue(jon, track=Track.TECHNICAL)) == technical
    assert [queries.place_in_queue(submission) for submission in technical] == [1, 2, 3]
    assert queries.place_in_queue(listing) == 1
    approve(jon, technical[0])
    assert queries.place_in_queue(technical[2]) == 2
    marketing = make_operator(OperatorRole.MARKETING_REVIEWER)
    assert list(queries.list_queue(marketing)) == [listing]
    assert list(queries.list_queue(marketing, track=Track.TECHNICAL)) == []
    with pytest.raises(Forbidden):
        queries.list_queue(make_operator(OperatorRole.FINANCE))
    assert queries.get_submission(marketing, listing.pk.hex) == listing
    assert [submission.pk for submission in queries.list_decided(jon)] == [technical[0].pk]


def test_what_usually_happens_is_said_once_there_is_something_to_say(mara: Member, jon: Operator) -> None:
    for number in range(5):
        assert queries.usual_answer_time(Track.TECHNICAL) is None
        submission = submit(mara, make_version(make_app(mara.partner, name=f"App {number}")))
        with clock.travel(timedelta(hours=10)):
            approve(jon, submission)
    with clock.travel(timedelta(hours=11)):
        usual = queries.usual_answer_time(Track.TECHNICAL)
    assert usual is not None
    assert timedelta(hours=10) <= usual < timedelta(hours=10, minutes=5)
    assert queries.usual_answer_time(Track.LISTING) is None
