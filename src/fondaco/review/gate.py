"""What findings mean for a decision: whether a track may be submitted, and whether a submission may be approved."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from fondaco.catalog.models import Version
from fondaco.catalog.states import Track
from fondaco.kit import clock
from fondaco.review.checking.marks import read_marks
from fondaco.review.checking.registry import title_of
from fondaco.review.errors import ChecksRunning, FindingsBlock
from fondaco.review.models import CheckResult, CheckRun, Submission, Waiver
from fondaco.review.states import Outcome, RunReason, RunStatus


def check_can_submit(version: Version, track: Track) -> None:
    """Refuses when the latest finished run over exactly this content found what blocks. Without a run it passes."""
    run = _latest(version, track, [RunStatus.FINISHED])
    if run is not None:
        _check_nothing_blocks(run, track)


def check_can_approve(submission: Submission) -> None:
    """Refuses while the checks of exactly this content are not finished, or found what blocks and nobody waived."""
    track = Track(submission.track)
    run = _latest(submission.version, track, [RunStatus.RUNNING, RunStatus.FINISHED])
    if run is None or run.is_running:
        raise ChecksRunning
    _check_nothing_blocks(run, track)


def is_approvable(submission: Submission) -> bool:
    """Whether the checks stand in nobody's way."""
    try:
        check_can_approve(submission)
    except (ChecksRunning, FindingsBlock):
        return False
    return True


def find_blocking(submission: Submission) -> list[CheckResult]:
    """What the latest finished checks of exactly this content found on its track that must be mended."""
    track = Track(submission.track)
    run = _latest(submission.version, track, [RunStatus.FINISHED])
    return list_blocking(run, track) if run is not None else []


def list_blocking(run: CheckRun, track: Track) -> list[CheckResult]:
    """What the run found on a track that must be mended, and that no waiver covers today."""
    waived = waived_checks(run.version.app_id)
    return [result for result in run.results.all() if result.track == track and is_blocking(result, waived)]


def is_blocking(result: CheckResult, waived: Collection[str]) -> bool:
    """Whether this result alone stands in the way."""
    return result.outcome == Outcome.FOUND and result.blocks and result.check_id not in waived


def waived_checks(app_id: UUID) -> set[str]:
    """The ids of the checks that are waived for an app today."""
    holding = Waiver.objects.filter(app_id=app_id, withdrawn_at=None, ends_on__gte=clock.now().date())
    return set(holding.values_list("check_id", flat=True))


def _latest(version: Version, track: Track, statuses: list[RunStatus]) -> CheckRun | None:
    mark = {f"{track.value}_mark": read_marks(version).of(track)}
    runs = CheckRun.objects.filter(version=version, status__in=statuses, **mark).exclude(why=RunReason.WATCH)
    return runs.select_related("version__app").order_by("-created_at", "-pk").first()


def _check_nothing_blocks(run: CheckRun, track: Track) -> None:
    if blocking := list_blocking(run, track):
        raise FindingsBlock(checks=", ".join(title_of(result.check_id) for result in blocking))
