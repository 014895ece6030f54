"""Two people at once, on two real connections."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from django.db import connection
from tests.factories.accounts import actor_for, make_operator
from tests.factories.catalog import make_app, make_version
from tests.factories.partners import make_member
from tests.factories.reviews import finish_checks

from fondaco.audit.models import Event
from fondaco.catalog import actions as catalog
from fondaco.catalog.errors import AnotherInReview
from fondaco.catalog.models import ListingContent, TechnicalContent, Version
from fondaco.catalog.states import ListingStatus, TechnicalStatus, Track
from fondaco.kit.errors import DomainError
from fondaco.review import actions
from fondaco.review.errors import AlreadyDecided
from fondaco.review.models import Submission

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*works: Callable[[], object]) -> list[object]:
    """Runs each in its own thread and connection, started together; what each returned or was refused with."""
    barrier = Barrier(len(works))
    results: list[object] = [None] * len(works)

    def run(place: int, work: Callable[[], object]) -> None:
        barrier.wait(timeout=10)
        try:
            results[place] = work()
        except DomainError as refusal:
            results[place] = refusal
        finally:
            connection.close()

    threads = [Thread(target=run, args=(place, work)) for place, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return results


@pytest.mark.parametrize("attempt", range(5))
def test_T25_the_slower_reviewer_is_told_and_changes_nothing(attempt: int) -> None:
    mara, jon, ines = make_member(), make_operator(), make_operator()
    version = make_version(make_app(mara.partner))
    submission = actions.submit(actor=actor_for(mara.person), by=mara, version=version, track=Track.TECHNICAL)
    finish_checks(submission)
    results = at_once(
        lambda: actions.approve(actor=actor_for(jon.person), by=jon, submission=submission),
        lambda: actions.reject(actor=actor_for(ines.person), by=ines, submission=submission, feedback="Not yet"),
    )
    refused = [result for result in results if isinstance(result, DomainError)]
    assert [type(refusal) for refusal in refused] == [AlreadyDecided]
    is_approved = isinstance(results[0], Submission)
    decided = Submission.objects.get(pk=submission.pk)
    assert decided.status == ("approved" if is_approved else "rejected")
    assert decided.decided_by_id == (jon.pk if is_approved else ines.pk)
    assert TechnicalContent.objects.get(pk=version.pk).status == decided.status
    assert Event.objects.filter(kind__in=["submission.approved", "submission.rejected"]).count() == 1


@pytest.mark.parametrize("attempt", range(5))
def test_publishing_and_approving_at_the_same_moment_do_not_miss_each_other(attempt: int) -> None:
    mara, jon = make_member(), make_operator()
    version = make_version(make_app(mara.partner), technical=TechnicalStatus.APPROVED)
    submission = actions.submit(actor=actor_for(mara.person), by=mara, version=version, track=Track.LISTING)
    finish_checks(submission)
    at_once(
        lambda: actions.approve(actor=actor_for(jon.person), by=jon, submission=submission),
        lambda: catalog.make_available(actor=actor_for(mara.person), by=mara, version=version),
    )
    assert TechnicalContent.objects.get(pk=version.pk).status == TechnicalStatus.AVAILABLE
    assert ListingContent.objects.get(pk=version.pk).status == ListingStatus.ADVERTISED


def test_of_three_versions_with_one_name_one_begins() -> None:
    mara = make_member()
    app = make_app(mara.partner)
    actor = actor_for(mara.person)
    results = at_once(*[lambda: catalog.create_version(actor=actor, by=mara, app=app, name="1.0.0")] * 3)
    assert len([result for result in results if isinstance(result, Version)]) == 1
    assert Version.objects.filter(app=app).count() == 1


@pytest.mark.parametrize("attempt", range(3))
def test_of_two_versions_submitted_at_once_one_gets_in(attempt: int) -> None:
    mara = make_member()
    app = make_app(mara.partner)
    versions = [make_version(app), make_version(app, name="2.0.0")]
    actor = actor_for(mara.person)
    results = at_once(
        *(
            lambda version=version: actions.submit(actor=actor, by=mara, version=version, track=Track.LISTING)
            for version in versions
        )
    )
    refused = [result for result in results if isinstance(result, DomainError)]
    assert [type(refusal) for refusal in refused] == [AnotherInReview]
    assert Submission.objects.count() == 1
    assert sorted(ListingContent.objects.values_list("status", flat=True)) == ["draft", "in_review"]
