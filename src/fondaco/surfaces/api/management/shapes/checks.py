"""Checks, their runs, waivers, and the evidence for what the marketplace asks."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from fondaco.review.checking.registry import Check, title_of
from fondaco.review.models import CheckRun, Waiver
from fondaco.review.queries import report
from fondaco.review.queries.checks import Line
from fondaco.review.queries.evidence import Requirement
from fondaco.surfaces.api.management.shapes.apps import TrackName
from fondaco.surfaces.api.management.shapes.fields import Body, Shape, Text, WireId

SeverityName = Literal["error", "warning", "advice"]
OutcomeName = Literal["passed", "found", "skipped", "failed-to-run"]


class CheckShape(Shape):
    """One check of the registry. ``since`` is the ruleset that brought it."""

    check: str
    title: str
    explanation: str
    mend: str
    since: int
    track: TrackName
    severity: SeverityName
    blocks: bool
    is_network: bool

    @classmethod
    def of(cls, check: Check) -> CheckShape:
        return cls.model_validate(
            {
                "check": check.id,
                "title": str(check.title),
                "explanation": check.explanation,
                "mend": str(check.mend),
                "since": check.since,
                "track": check.track.value,
                "severity": check.severity.value,
                "blocks": check.blocks,
                "is_network": check.is_network,
            }
        )


class FindingShape(Shape):
    """One thing that is not right; ``where`` names the field (``listing.privacy_url``)."""

    found: str
    where: str
    mend: str


class CheckResultShape(Shape):
    """What one check came to. ``found``, ``where`` and ``mend`` sum all ``findings`` up; a check that was skipped or
    could not run says why in ``found``."""

    check: str
    title: str
    track: TrackName
    severity: SeverityName
    blocks: bool
    outcome: OutcomeName
    waived: bool
    found: str
    where: str
    mend: str
    findings: list[FindingShape]
    seconds: float

    @classmethod
    def of(cls, line: Line) -> CheckResultShape:
        result = line.result
        return cls.model_validate(
            {
                "check": result.check_id,
                "title": line.title,
                "track": result.track,
                "severity": result.severity,
                "blocks": result.blocks,
                "outcome": result.outcome,
                "waived": line.waiver is not None,
                "found": result.found,
                "where": result.where,
                "mend": result.mend,
                "findings": [FindingShape(**finding) for finding in result.findings],
                "seconds": result.seconds,
            }
        )


class CheckRunShape(Shape):
    """One run of the checks. ``done`` of ``total`` checks have a result. While the status is ``running``, ask again."""

    id: WireId
    version_id: WireId
    submission_id: WireId | None
    status: Literal["running", "finished", "abandoned"]
    why: Literal["partner", "submission", "reviewer", "watch"]
    ruleset: int
    started_by: str | None
    total: int
    done: int
    results: list[CheckResultShape]
    created_at: datetime
    finished_at: datetime | None

    @classmethod
    def of(cls, run: CheckRun) -> CheckRunShape:
        found = report(run)
        return cls.model_validate(
            {
                "id": run.pk.hex,
                "version_id": run.version_id.hex,
                "submission_id": run.submission_id.hex if run.submission_id else None,
                "status": run.status,
                "why": run.why,
                "ruleset": run.ruleset,
                "started_by": run.started_by.name if run.started_by else None,
                "total": run.total,
                "done": found.done,
                "results": [CheckResultShape.of(line) for line in found.lines],
                "created_at": run.created_at,
                "finished_at": None if run.is_running else run.status_changed_at,
            }
        )


class WaiverBody(Body):
    """A check that need not pass for an app until the end of a day."""

    check: str
    reason: Text
    ends_on: Annotated[date, Field(strict=False)]


class WaiverShape(Shape):
    """A waiver; ``holds`` says whether it counts today."""

    id: WireId
    app_id: WireId
    app: str
    check: str
    title: str
    reason: str
    ends_on: date
    granted_by: str
    created_at: datetime
    withdrawn_by: str | None
    withdrawn_at: datetime | None
    holds: bool

    @classmethod
    def of(cls, waiver: Waiver) -> WaiverShape:
        return cls(
            id=waiver.pk.hex,
            app_id=waiver.app_id.hex,
            app=waiver.app.name,
            check=waiver.check_id,
            title=title_of(waiver.check_id),
            reason=waiver.reason,
            ends_on=waiver.ends_on,
            granted_by=waiver.granted_by.name,
            created_at=waiver.created_at,
            withdrawn_by=waiver.withdrawn_by.name if waiver.withdrawn_by else None,
            withdrawn_at=waiver.withdrawn_at,
            holds=waiver.holds_today,
        )


class EvidenceStepShape(Shape):
    """One thing that must have happened; ``later`` is what this platform cannot do yet, so nobody is asked for it."""

    id: str
    title: str
    state: Literal["done", "missing", "later"]
    todo: str


class RequirementShape(Shape):
    """One of the four things that the marketplace asks of every app. It is ``met`` when no step is missing."""

    id: Literal["installation", "data", "sign-on", "billing"]
    title: str
    met: bool
    steps: list[EvidenceStepShape]

    @classmethod
    def of(cls, requirement: Requirement) -> RequirementShape:
        return cls.model_validate(
            {
                "id": requirement.id,
                "title": str(requirement.title),
                "met": requirement.is_met,
                "steps": [
                    {"id": step.id, "title": str(step.title), "state": step.state.value, "todo": str(step.todo)}
                    for step in requirement.steps
                ],
            }
        )
