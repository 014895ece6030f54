"""What checks came to, in groups and words as pages show it; the same for partners and reviewers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from fondaco.review.queries.checks import Line, Report
from fondaco.review.states import Outcome, RunReason

REASONS: Final[dict[str, Promise]] = {
    RunReason.PARTNER.value: gettext_lazy("asked for by the partner"),
    RunReason.SUBMISSION.value: gettext_lazy("with the submission"),
    RunReason.REVIEWER.value: gettext_lazy("asked for by a reviewer"),
    RunReason.WATCH.value: gettext_lazy("daily look at the live app"),
}
SEVERITIES: Final[dict[str, Promise]] = {
    "error": gettext_lazy("Error"),
    "warning": gettext_lazy("Warning"),
    "advice": gettext_lazy("Advice"),
}
STATUSES: Final[dict[str, tuple[Promise, str]]] = {
    "running": (gettext_lazy("Running"), "info"),
    "finished": (gettext_lazy("Finished"), "good"),
    "abandoned": (gettext_lazy("Abandoned"), "mute"),
}


@dataclass(frozen=True, slots=True)
class Group:
    """Results of one kind under a heading; those in order are folded away."""

    title: str
    detail: str
    tone: str
    lines: tuple[Line, ...]
    is_folded: bool = False


def group_results(report: Report) -> list[Group]:
    """What blocks, is worth a look, is waived, could not run, and the rest; empty groups are left out."""
    found = report.found()
    groups = [
        Group(
            _("To be mended first"),
            _("Nothing is submitted or approved before that."),
            "bad",
            tuple(report.blocking()),
        ),
        Group(
            _("Worth a look"),
            _("It stands in nobody's way; the reviewer reads it."),
            "warn",
            tuple(line for line in found if line.waiver is None),
        ),
        Group(
            _("Waived"),
            _("Found, and a reviewer decided that it need not be mended for now."),
            "mute",
            tuple(line for line in found if line.waiver is not None),
        ),
        Group(
            _("Could not run"),
            _("It says nothing about the app. Run the checks again."),
            "warn",
            tuple(report.rest(Outcome.FAILED_TO_RUN)),
        ),
        Group(_("In order"), "", "good", tuple(report.rest(Outcome.PASSED)), is_folded=True),
        Group(_("Nothing to look at"), "", "mute", tuple(report.rest(Outcome.SKIPPED)), is_folded=True),
    ]
    return [group for group in groups if group.lines]


def sum_up(report: Report) -> str:
    """The run in one sentence."""
    run = report.run
    if run.is_running:
        return _("%(done)d of %(total)d checks are done.") % {"done": report.done, "total": run.total}
    if not run.is_finished:
        return _("The content was changed, or the checks came to no end. Run them again.")
    blocking, others = len(report.blocking()), len(report.found())
    if blocking:
        return ngettext("%(count)d thing must be mended first.", "%(count)d things must be mended first.", blocking) % {
            "count": blocking
        }
    if others:
        return ngettext(
            "Nothing must be mended; %(count)d thing is worth a look.",
            "Nothing must be mended; %(count)d things are worth a look.",
            others,
        ) % {"count": others}
    return _("Everything is in order.")


def tone_of(report: Report) -> str:
    """The tone of that sentence."""
    if not report.run.is_finished:
        return "info" if report.run.is_running else "mute"
    return "bad" if report.blocking() else "warn" if report.found() else "good"
