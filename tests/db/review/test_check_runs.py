"""Runs of checks: one at a time, over exactly this content, in spite of crashes; what they mean for decisions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from pytest_django.fixtures import Settings
from tests.db.review.healthy import make_healthy_version
from tests.factories.accounts import SYSTEM, actor_for, make_operator
from tests.factories.catalog import make_app, make_version
from tests.factories.jobs import run_jobs
from tests.factories.mail import deliver
from tests.factories.partners import make_member, make_partner
from tests.factories.reviews import finish_checks, write_results
from tests.program import Program, serving

from fondaco.accounts.permissions import OperatorRole
from fondaco.audit.models import Event
from fondaco.audit.status import transition
from fondaco.catalog.models import TechnicalContent, Version
from fondaco.catalog.states import TechnicalStatus, Track
from fondaco.kit import clock, deadlines
from fondaco.kit.errors import Forbidden, NotFound
from fondaco.messaging.signing import load_signer
from fondaco.partners.models import Member, MemberRole
from fondaco.review import actions
from fondaco.review.actions.checks import JOB, STUCK, finish_run, keep_results, start_run
from fondaco.review.actions.watching import watch_all, watch_version
from fondaco.review.checking.dossier import read_dossier
from fondaco.review.checking.registry import RULESET, all_checks, checks_of
from fondaco.review.checking.running import examine_all
from fondaco.review.errors import ChecksRunning, FindingsBlock
from fondaco.review.models import CheckResult, CheckRun, IconPrint, Submission
from fondaco.review.states import RunReason
from fondaco.review.watch import WATCH

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> None:
    settings.MEDIA_ROOT = tmp_path_factory.mktemp("media")


@pytest.fixture
def version(mara: Member) -> Version:
    return make_version(make_app(mara.partner))


@pytest.fixture
def program() -> Iterator[Program]:
    with serving(load_signer()) as running:
        yield running


def run(by: Member, version: Version) -> CheckRun:
    return actions.run_checks(actor=actor_for(by.person), by=by, version=version)


def submit(by: Member, version: Version, track: Track = Track.TECHNICAL) -> Submission:
    return actions.submit(actor=actor_for(by.person), by=by, version=version, track=track)


def test_pressing_again_gives_the_run_that_goes_on_unless_the_content_changed(mara: Member, version: Version) -> None:
    first = run(mara, version)
    assert run(mara, version).pk == first.pk
    assert submit(mara, version).check_runs.get().pk == first.pk
    version.plans.filter(name="Team").update(price_minor=900)
    second = run(mara, version)
    first.refresh_from_db()
    assert (first.status, second.status, second.ruleset) == ("abandoned", "running", RULESET)
    assert [event.data["reason"] for event in Event.objects.filter(kind="check_run.abandoned")] == ["changed"]


def test_strangers_and_those_who_only_look_start_nothing(mara: Member, version: Version) -> None:
    with pytest.raises(NotFound):
        run(make_member(make_partner("Northwind Labs")), version)
    with pytest.raises(Forbidden):
        run(make_member(mara.partner, role=MemberRole.FINANCE), version)
    with pytest.raises(Forbidden):
        support = make_operator(OperatorRole.SUPPORT)
        actions.run_checks(actor=SYSTEM, by=support, version=version)
    assert (CheckRun.objects.count(), Event.objects.filter(kind__startswith="check_run").count()) == (0, 0)


def test_content_that_changed_before_the_job_came_is_not_looked_at(mara: Member, version: Version) -> None:
    begun = run(mara, version)
    TechnicalContent.objects.filter(pk=version.pk).update(release_notes="Others.")
    assert run_jobs(JOB) == 1
    begun.refresh_from_db()
    assert (begun.status, begun.results.count()) == ("abandoned", 0)


def test_a_killed_job_goes_on_where_it_was(mara: Member, program: Program) -> None:
    """The first job dies after it wrote some results; the next runs the others only, and nobody is asked twice."""
    version = make_healthy_version(program, mara.partner)
    begun = run(mara, version)
    asking = [check for check in checks_of(RULESET) if check.id in {"privacy-reachable", "no-secrets"}]
    for examined in examine_all(read_dossier(version), asking, load_signer()):
        assert keep_results(actor=SYSTEM, run_id=begun.pk, examined=[examined])
    assert program.counts["GET /privacy"] == 1
    assert run_jobs(JOB) == 1
    begun.refresh_from_db()
    assert (begun.status, begun.results.count()) == ("finished", len(all_checks()))
    assert program.counts["GET /privacy"] == 1
    assert program.counts["GET /terms"] == 1
    assert not deadlines.cancel(STUCK, subject_id=begun.pk.hex)
    assert IconPrint.objects.get().icon == version.app.icon
    examined = next(examine_all(read_dossier(version), asking[:1], load_signer()))
    assert not keep_results(actor=SYSTEM, run_id=begun.pk, examined=[examined])


def test_a_stuck_run_is_tried_again_twice_and_then_given_up(mara: Member, version: Version) -> None:
    begun = run(mara, version)
    for tries, status in ((1, "running"), (2, "running"), (2, "abandoned")):
        with clock.travel(timedelta(minutes=3 * (tries if status == "running" else 3))):
            deadlines.sweep_once()
        begun.refresh_from_db()
        assert (begun.tries, begun.status) == (tries, status)
    jon = make_operator()
    submission = submit(mara, version)
    with pytest.raises(ChecksRunning):
        actions.approve(actor=SYSTEM, by=jon, submission=submission)


def test_findings_block_only_their_own_track(mara: Member, version: Version) -> None:
    run(mara, version)
    finish_checks(version, found=["no-secrets", "scopes-least"])
    with pytest.raises(FindingsBlock) as refusal:
        submit(mara, version)
    assert "No text contains a secret" in str(refusal.value)
    assert "no more than it uses" not in str(refusal.value)
    assert (Submission.objects.count(), TechnicalContent.objects.get().status) == (0, "draft")
    listing = submit(mara, version, Track.LISTING)
    finish_checks(listing, found=["no-secrets"])
    actions.approve(actor=SYSTEM, by=make_operator(), submission=listing)
    TechnicalContent.objects.filter(pk=version.pk).update(release_notes="Mended.")
    assert submit(mara, version).status == "open"


def test_old_runs_are_forgotten_but_those_of_submissions_stay(mara: Member, version: Version) -> None:
    submission = submit(mara, version)
    finish_checks(submission)
    for _number in range(13):
        started = start_run(actor=SYSTEM, version=version, why=RunReason.REVIEWER)
        write_results(started)
        finish_run(actor=SYSTEM, run_id=started.pk)
    assert CheckRun.objects.filter(submission=None).count() <= 11
    assert submission.check_runs.count() == 1


def live(version: Version) -> None:
    for status in (TechnicalStatus.IN_REVIEW, TechnicalStatus.APPROVED, TechnicalStatus.AVAILABLE):
        transition(version.technical, status, actor=SYSTEM)
    deliver()  # what is told of that


def watch(version: Version, *, found: tuple[str, ...] = (), after: int = 0) -> list[str]:
    """One turn of the watch, and the subjects of the mails that it wrote."""
    with clock.travel(timedelta(hours=after)):
        watch_version(version.pk.hex, clock.now())
        finish_checks(version, found=found)
        return [letter.subject for letter in deliver()]


def test_the_watch_writes_one_mail_when_it_fails_for_good_and_one_when_it_is_mended(
    mara: Member, version: Version
) -> None:
    live(version)
    failing = ("callback-accepts-event",)
    assert watch(version) == []
    assert watch(version, found=failing, after=24) == []
    soon = deadlines.find_due(WATCH, [version.pk.hex])[version.pk.hex]
    assert timedelta(hours=24) < soon - clock.now() < timedelta(hours=25)
    assert watch(version, found=failing, after=25) == [f"{version}: something stopped working"]
    assert [watch(version, found=failing, after=hours) for hours in (49, 73)] == [[], []]
    assert watch(version, after=97) == [f"{version}: it works again"]
    assert watch(version, after=121) == []
    assert set(CheckResult.objects.filter(run__why="watch").values_list("check_id", flat=True)) == {
        check.id for check in all_checks() if check.is_network
    }


def test_waived_checks_and_versions_that_are_gone_write_none(mara: Member, version: Version) -> None:
    live(version)
    jon = make_operator()
    until = (clock.now() + timedelta(days=30)).date()
    actions.grant_waiver(
        actor=SYSTEM, by=jon, app=version.app, check_id="callback-accepts-event", reason="They move.", ends_on=until
    )
    assert [watch(version, found=("callback-accepts-event",), after=hours) for hours in (0, 1, 2)] == [[], [], []]
    transition(version.technical, TechnicalStatus.DEPRECATED, actor=SYSTEM)
    watch_version(version.pk.hex, clock.now())
    assert CheckRun.objects.filter(status="running").count() == 0


def test_each_available_version_gets_its_turn_within_a_day(version: Version) -> None:
    watch_all()
    assert deadlines.find_due(WATCH, [version.pk.hex]) == {}
    live(version)
    watch_all()
    [due] = deadlines.find_due(WATCH, [version.pk.hex]).values()
    watch_all()
    assert deadlines.find_due(WATCH, [version.pk.hex]) == {version.pk.hex: due}
    assert timedelta(0) <= due - clock.now() <= timedelta(days=1)
