"""The watch over live apps: what changed from one run of the network checks to the next.

A finding counts when a second run a quarter of an hour later has it, too, so that a restart of the partner's program
writes no mail. Then its partner is told once, and once more when it is mended.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import Final

from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.kit import clock, deadlines
from fondaco.review import events
from fondaco.review.gate import waived_checks
from fondaco.review.models import CheckResult, CheckRun
from fondaco.review.states import Outcome, RunReason, RunStatus

WATCH: Final = "version.watch"
EVERY: Final = timedelta(days=1)
_AGAIN: Final = timedelta(minutes=15)
_LOOK_BACK: Final = 3  # of one check: now, what confirms it, and what was before


def note_changes(*, actor: Actor, run: CheckRun) -> None:
    """A step: records which checks began to fail for good, and which are mended; looks again soon when in doubt."""
    waived = waived_checks(run.version.app_id)
    failing, mended, is_doubtful = [], [], False
    for check_id, outcomes in sorted(_conclusive(run).items()):
        now, before, earlier = [*outcomes, "", "", ""][:_LOOK_BACK]
        if check_id in waived:
            continue
        if now == Outcome.FOUND and before != Outcome.FOUND:
            is_doubtful = True
        elif now == before == Outcome.FOUND != earlier:
            failing.append(check_id)
        elif now == Outcome.PASSED and before == earlier == Outcome.FOUND:
            mended.append(check_id)
    if failing:
        record(events.CHECK_FAILING, run, actor=actor, data={"checks": failing}, **run.audit_scope())
    if mended:
        record(events.CHECK_MENDED, run, actor=actor, data={"checks": mended}, **run.audit_scope())
    if is_doubtful:
        deadlines.schedule(WATCH, subject_id=run.version_id.hex, due_at=clock.now() + _AGAIN)


def _conclusive(run: CheckRun) -> dict[str, list[str]]:
    """What each check of this run said now and in the watches before, newest first; what could not run says nothing."""
    results = CheckResult.objects.filter(
        run__version_id=run.version_id,
        run__why=RunReason.WATCH,
        run__status=RunStatus.FINISHED,
        outcome__in=[Outcome.FOUND, Outcome.PASSED],
    ).order_by("-run__created_at", "-run_id")
    said: dict[str, list[str]] = defaultdict(list)
    told_now: set[str] = set()
    for check_id, outcome, run_id in results.values_list("check_id", "outcome", "run_id"):
        if run_id == run.pk:
            told_now.add(check_id)
        said[check_id].append(outcome)
    return {check_id: outcomes for check_id, outcomes in said.items() if check_id in told_now}
