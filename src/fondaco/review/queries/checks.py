"""Runs of checks and waivers, for partners their own, for reviewers all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject

from fondaco.accounts.models import Operator, Person
from fondaco.catalog.models import App, Version
from fondaco.catalog.states import Track
from fondaco.kit import clock
from fondaco.kit.errors import Forbidden, NotFound
from fondaco.kit.ids import parse_wire
from fondaco.partners.models import Member
from fondaco.review.checking.marks import read_marks
from fondaco.review.checking.registry import Check, find_check
from fondaco.review.models import CheckResult, CheckRun, Waiver
from fondaco.review.policies import reviewable_tracks
from fondaco.review.states import Outcome, RunReason, RunStatus


@dataclass(frozen=True, slots=True)
class Line:
    """One result as pages and programs show it. ``check`` is None when a later release dropped it."""

    result: CheckResult
    check: Check | None
    waiver: Waiver | None

    @property
    def title(self) -> str:
        """The check's name in the reader's language."""
        return str(self.check.title) if self.check else self.result.check_id

    @property
    def is_found(self) -> bool:
        return bool(self.result.outcome == Outcome.FOUND)

    @property
    def is_blocking(self) -> bool:
        """Whether it stands in the way of a submission or an approval."""
        return self.is_found and self.result.blocks and self.waiver is None


@dataclass(frozen=True, slots=True)
class Report:
    """A run with all that it came to so far; ``is_current`` when it looked at exactly what stands there now."""

    run: CheckRun
    lines: tuple[Line, ...]
    is_current: bool = True

    @property
    def done(self) -> int:
        return len(self.lines)

    def blocking(self, track: Track | None = None) -> list[Line]:
        """What must be mended or waived."""
        return [line for line in self.lines if line.is_blocking and track in {None, line.result.track}]

    def found(self, track: Track | None = None) -> list[Line]:
        """What was found and does not stand in the way, waived findings among them."""
        return [
            line for line in self.lines if line.is_found and not line.is_blocking and track in {None, line.result.track}
        ]

    def rest(self, outcome: str) -> list[Line]:
        """The lines with this outcome."""
        return [line for line in self.lines if line.result.outcome == outcome]


def get_run(by: Member | Operator, run_id: str) -> CheckRun:
    """A run by wire id: of the member's partner, or any for reviewers."""
    found = parse_wire(run_id)
    runs = _whole_runs().filter(pk__in=[found] if found else [])
    if isinstance(by, Member):
        runs = runs.filter(version__app__partner_id=by.partner_id)
    elif not reviewable_tracks(by):
        raise Forbidden
    run = runs.first()
    if run is None:
        raise NotFound
    return run


def list_runs(version: Version, *, limit: int = 20) -> list[CheckRun]:
    """The latest runs of a version, newest first, watches among them. Whoever passes the version was let in to it."""
    return list(_runs().filter(version=version).order_by("-created_at", "-pk")[:limit])


def latest_run(version: Version) -> CheckRun | None:
    """The newest complete run that was not abandoned; None while the checks never ran."""
    runs = _whole_runs().filter(version=version).exclude(status=RunStatus.ABANDONED).exclude(why=RunReason.WATCH)
    return runs.order_by("-created_at", "-pk").first()


def report(run: CheckRun, version: Version | None = None) -> Report:
    """All that a run came to; with the loaded ``version``, whether it still stands as it was looked at."""
    waivers = _waivers_of(run)
    lines = [Line(result, find_check(result.check_id), waivers.get(result.check_id)) for result in _results_of(run)]
    is_current = True
    if version is not None:
        marks = read_marks(version)
        is_current = (run.technical_mark, run.listing_mark) == (marks.technical, marks.listing)
    lines.sort(key=_rank)
    return Report(run, tuple(lines), is_current)


def standing_waivers(app_id: UUID) -> Mapping[str, Waiver]:
    """The waivers that count today, by check."""
    return {waiver.check_id: waiver for waiver in _standing().filter(app_id=app_id)}


def count_waivers(app_ids: list[UUID]) -> dict[UUID, int]:
    """How many checks are waived today for each of these apps; apps without any are absent."""
    counts: dict[UUID, int] = {}
    for app_id in _standing().filter(app_id__in=app_ids).values_list("app_id", flat=True):
        counts[app_id] = counts.get(app_id, 0) + 1
    return counts


def list_waivers(by: Operator, app: App) -> list[Waiver]:
    """Every waiver of an app, newest first, also those that are over."""
    if not reviewable_tracks(by):
        raise Forbidden
    found = Waiver.objects.filter(app=app).select_related("app", "granted_by", "withdrawn_by")
    return list(found.order_by("-created_at", "-pk"))


def get_waiver(by: Operator, waiver_id: str) -> Waiver:
    """A waiver by wire id, for reviewers."""
    if not reviewable_tracks(by):
        raise Forbidden
    found = parse_wire(waiver_id)
    waivers = Waiver.objects.select_related("app", "granted_by", "withdrawn_by")
    waiver = waivers.filter(pk=found).first() if found else None
    if waiver is None:
        raise NotFound
    return waiver


def get_reviewed_app(by: Operator, app_id: str) -> App:
    """An app by wire id, for reviewers."""
    if not reviewable_tracks(by):
        raise Forbidden
    found = parse_wire(app_id)
    app = App.objects.select_related("partner").filter(pk=found).first() if found else None
    if app is None:
        raise NotFound
    return app


def get_reviewed_version(by: Operator, version_id: str) -> Version:
    """A version by wire id, with its contents, for reviewers."""
    if not reviewable_tracks(by):
        raise Forbidden
    found = parse_wire(version_id)
    versions = Version.objects.select_related("app__partner", "technical", "listing").defer("listing__search")
    version = versions.filter(pk=found).first() if found else None
    if version is None:
        raise NotFound
    return version


_RESULT = ("check_id", "track", "severity", "blocks", "outcome", "findings", "note", "seconds")
_SEVERITIES = {"error": 0, "warning": 1, "advice": 2}


def _rank(line: Line) -> tuple[bool, int, str, str]:
    return (not line.is_blocking, _SEVERITIES[line.result.severity], line.result.track, line.result.check_id)


def _whole_runs() -> QuerySet[CheckRun]:
    """Runs with their results and the app's standing waivers, all in one query, for pages that show one of them."""
    waivers = _standing().filter(app=OuterRef("version__app")).order_by("pk")
    words = {name: name for name in ("id", "check_id", "reason", "ends_on")}
    results = CheckResult.objects.filter(run=OuterRef("pk")).order_by("pk")
    return _runs().annotate(
        known_results=ArraySubquery(results.values(row=JSONObject(**{name: name for name in _RESULT}))),
        known_waivers=ArraySubquery(waivers.values(row=JSONObject(**words, by="granted_by__name"))),
    )


def _results_of(run: CheckRun) -> list[CheckResult]:
    known = getattr(run, "known_results", None)
    return list(run.results.all()) if known is None else [CheckResult(run=run, **row) for row in known]


def _waivers_of(run: CheckRun) -> Mapping[str, Waiver]:
    known = getattr(run, "known_waivers", None)
    if known is None:
        return standing_waivers(run.version.app_id)
    return {
        row["check_id"]: Waiver(
            id=UUID(row["id"]),
            app_id=run.version.app_id,
            check_id=row["check_id"],
            reason=row["reason"],
            ends_on=date.fromisoformat(row["ends_on"]),
            granted_by=Person(name=row["by"]),
        )
        for row in known
    }


def _runs() -> QuerySet[CheckRun]:
    return CheckRun.objects.select_related("version__app__partner", "started_by", "submission")


def _standing() -> QuerySet[Waiver]:
    standing = Waiver.objects.filter(withdrawn_at=None, ends_on__gte=clock.now().date())
    return standing.select_related("granted_by", "app")
