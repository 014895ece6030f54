"""Checks of submissions that a test is not about: finished in a few statements, without asking anyone."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from tests.factories.accounts import SYSTEM

from fondaco.audit.status import transition
from fondaco.catalog.models import Version
from fondaco.catalog.states import Track
from fondaco.partners.models import Member
from fondaco.review.actions.checks import finish_run, let_policy_decide
from fondaco.review.checking.registry import checks_of
from fondaco.review.models import CheckResult, CheckRun, Sample, Submission
from fondaco.review.states import Outcome, RunReason, SubmissionStatus

FINDING = {"found": "It is not as it should be.", "where": "listing.description", "mend": "Mend it."}


def finish_checks(
    subject: Submission | Version, *, found: Iterable[str] = (), skipped: Iterable[str] = ()
) -> CheckRun | None:
    """Ends the run that goes on over a submission's version: the checks named found something, all others passed."""
    version_id = subject.version_id if isinstance(subject, Submission) else subject.pk
    run = CheckRun.objects.filter(version_id=version_id, status="running").order_by("why").first()
    if run is None:
        return None
    write_results(run, found=found, skipped=skipped)
    run = finish_run(actor=SYSTEM, run_id=run.pk)
    let_policy_decide(actor=SYSTEM, run=run)
    return run


def write_results(run: CheckRun, *, found: Iterable[str] = (), skipped: Iterable[str] = ()) -> None:
    """What each check of the run came to."""
    known = set(run.results.values_list("check_id", flat=True))
    outcomes = dict.fromkeys(skipped, Outcome.SKIPPED) | dict.fromkeys(found, Outcome.FOUND)
    CheckResult.objects.bulk_create(
        CheckResult(
            run=run,
            check_id=check.id,
            track=check.track.value,
            severity=check.severity.value,
            blocks=check.blocks,
            outcome=outcomes.get(check.id, Outcome.PASSED).value,
            findings=[FINDING] if outcomes.get(check.id) == Outcome.FOUND else [],
        )
        for check in checks_of(run.ruleset, network_only=run.why == RunReason.WATCH)
        if check.id not in known
    )


def draw_sample(version: Version, owner: Member) -> str:
    """The key of a listing that passed by policy and waits for a person's look."""
    with transaction.atomic():
        submission = Submission.objects.create(version=version, track=Track.LISTING.value, submitted_by=owner.person)
        transition(submission, SubmissionStatus.APPROVED, actor=SYSTEM)
        return Sample.objects.create(submission=submission).pk.hex
