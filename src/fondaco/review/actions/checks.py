"""Running the checks of a version: started in a transaction, carried out by a job, each result written as it comes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from fondaco.accounts.models import Operator, Person
from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.audit.status import transition
from fondaco.catalog.models import Version
from fondaco.kit import clock, deadlines, jobs
from fondaco.kit.rate import check_rate
from fondaco.partners.models import Member
from fondaco.review import events, watch
from fondaco.review.actions.trusted import approve_if_trusted
from fondaco.review.checking.marks import Marks, read_marks
from fondaco.review.checking.registry import RULESET, checks_of
from fondaco.review.checking.running import Examined
from fondaco.review.gate import is_approvable
from fondaco.review.models import CheckResult, CheckRun, Submission
from fondaco.review.policies import check_can_run_checks
from fondaco.review.states import RunReason, RunStatus, SubmissionStatus

JOB: Final = "review.run_checks"
STUCK: Final = "check_run.stuck"
_PATIENCE: Final = timedelta(minutes=2)  # a healthy run is done within 20 seconds
_MOST_TRIES: Final = 3
_KEPT: Final = 10  # runs of a version that belong to no submission
_KEPT_WATCHES: Final = 30


def run_checks(*, actor: Actor, by: Member | Operator, version: Version) -> CheckRun:
    """Starts the checks of a version, or returns the run that is under way over exactly this content.

    Members of the partner and reviewers run the same checks (T23). At most ten times in ten minutes for one version.
    """
    check_can_run_checks(by, version)
    check_rate(f"checks:{version.pk.hex}", limit=10, per=timedelta(minutes=10))
    why = RunReason.PARTNER if isinstance(by, Member) else RunReason.REVIEWER
    with transaction.atomic(durable=True):
        return start_run(actor=actor, version=version, why=why, by=by.person)


def start_run(
    *, actor: Actor, version: Version, why: RunReason, by: Person | None = None, submission: Submission | None = None
) -> CheckRun:
    """A step: the running run over exactly this content, else a new one, whose job begins after the commit.

    A run over content that was changed meanwhile is abandoned.
    """
    fresh = _lock(version.pk)
    marks = read_marks(fresh)
    running = _find_running(fresh, is_watch=why == RunReason.WATCH)
    if running is not None:
        if (running.technical_mark, running.listing_mark) == (marks.technical, marks.listing):
            if submission is not None and running.submission_id is None:
                running.submission = submission
                running.save(update_fields=["submission"])
            return running
        transition(running, RunStatus.ABANDONED, actor=actor, reason="changed")
    run = _create(fresh, marks, why=why, by=by, submission=submission)
    record(
        events.CHECK_RUN_STARTED,
        run,
        actor=actor,
        data={"version_id": fresh.pk.hex, "why": why.value, "ruleset": run.ruleset},
        **run.audit_scope(),
    )
    jobs.defer(JOB, run_id=run.pk.hex)
    deadlines.schedule(STUCK, subject_id=run.pk.hex, due_at=clock.now() + _PATIENCE)
    _prune(fresh, is_watch=why == RunReason.WATCH)
    return run


def keep_results(*, actor: Actor, run_id: UUID, examined: Iterable[Examined]) -> bool:
    """Writes what checks came to, each once; False when the run is over."""
    with transaction.atomic(durable=True):
        run = CheckRun.objects.select_for_update().only("status").get(pk=run_id)
        if not run.is_running:
            return False
        CheckResult.objects.bulk_create((_result(run, one) for one in examined), ignore_conflicts=True)
    return True


def finish_run(*, actor: Actor, run_id: UUID) -> CheckRun:
    """Ends a run whose results are all there; another that carried it out at the same time may have been faster."""
    with transaction.atomic(durable=True):
        run = CheckRun.objects.select_for_update(of=("self",)).select_related("version__app").get(pk=run_id)
        if run.is_running and run.results.count() >= run.total:
            transition(run, RunStatus.FINISHED, actor=actor)
            deadlines.cancel(STUCK, subject_id=run.pk.hex)
            if run.why == RunReason.WATCH:
                watch.note_changes(actor=actor, run=run)
    return run


def let_policy_decide(*, actor: Actor, run: CheckRun) -> list[Submission]:
    """What comes after the checks of open submissions: those of trusted partners may pass by policy. Harmless twice."""
    if not run.is_finished or run.why == RunReason.WATCH:
        return []
    with transaction.atomic(durable=True):
        waiting = Submission.objects.filter(version_id=run.version_id, status=SubmissionStatus.OPEN)
        found = list(
            waiting.select_for_update(of=("self",)).select_related(
                "version__app__partner", "version__technical", "version__listing"
            )
        )
        for submission in found:
            if is_approvable(submission):
                approve_if_trusted(submission)
    return found


def abandon_run(*, actor: Actor, run_id: UUID, reason: str) -> CheckRun:
    """Ends a run that can come to no end; pressing again starts a new one."""
    with transaction.atomic(durable=True):
        run = CheckRun.objects.select_for_update(of=("self",)).select_related("version__app").get(pk=run_id)
        if run.is_running:
            transition(run, RunStatus.ABANDONED, actor=actor, reason=reason)
            deadlines.cancel(STUCK, subject_id=run.pk.hex)
    return run


@deadlines.handler(STUCK)
def mend_stuck_run(subject_id: str, due_at: datetime) -> None:
    """A run that is still going after two minutes is tried again, twice; then it is abandoned."""
    run = CheckRun.objects.select_for_update(of=("self",)).select_related("version__app").filter(pk=subject_id).first()
    if run is None or not run.is_running:
        return
    if run.tries + 1 >= _MOST_TRIES:
        transition(run, RunStatus.ABANDONED, actor=Actor.system("sweeper"), reason="stuck")
        return
    run.tries += 1
    run.save(update_fields=["tries"])
    jobs.defer(JOB, run_id=run.pk.hex)
    deadlines.schedule(STUCK, subject_id=run.pk.hex, due_at=clock.now() + _PATIENCE)


def _lock(version_id: UUID) -> Version:
    """Holds the version, so that of two who press at once one starts and the other joins."""
    return (
        Version.objects.select_for_update(of=("self",))
        .select_related("app__partner", "technical", "listing")
        .defer("listing__search")
        .get(pk=version_id)
    )


def _find_running(version: Version, *, is_watch: bool) -> CheckRun | None:
    running = CheckRun.objects.filter(version=version, status=RunStatus.RUNNING)
    running = running.filter(why=RunReason.WATCH) if is_watch else running.exclude(why=RunReason.WATCH)
    return running.select_related("version__app").first()


def _create(
    version: Version, marks: Marks, *, why: RunReason, by: Person | None, submission: Submission | None
) -> CheckRun:
    return CheckRun.objects.create(
        version=version,
        submission=submission,
        ruleset=RULESET,
        technical_revision=marks.technical_revision,
        listing_revision=marks.listing_revision,
        technical_mark=marks.technical,
        listing_mark=marks.listing,
        why=why.value,
        started_by=by,
        total=len(checks_of(RULESET, network_only=why == RunReason.WATCH)),
    )


def _prune(version: Version, *, is_watch: bool) -> None:
    """Forgets old runs that no submission stands on."""
    runs = CheckRun.objects.filter(version=version, submission=None).exclude(status=RunStatus.RUNNING)
    runs = runs.filter(why=RunReason.WATCH) if is_watch else runs.exclude(why=RunReason.WATCH)
    kept = _KEPT_WATCHES if is_watch else _KEPT
    old = list(runs.order_by("-created_at", "-pk").values_list("pk", flat=True)[kept:])
    if old:
        CheckRun.objects.filter(pk__in=old).delete()


def _result(run: CheckRun, examined: Examined) -> CheckResult:
    check = examined.check
    return CheckResult(
        run=run,
        check_id=check.id,
        track=check.track.value,
        severity=check.severity.value,
        blocks=check.blocks,
        outcome=examined.outcome.value,
        findings=[
            {"found": str(one.found), "where": one.where, "mend": str(one.mend or check.mend)}
            for one in examined.findings
        ],
        note=str(examined.note),
        seconds=round(examined.seconds, 3),
    )
