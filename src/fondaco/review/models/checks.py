"""Runs of checks over a version, what each check found, and what reviewers waived."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models

from fondaco.accounts.models import Person
from fondaco.audit.status import Stateful
from fondaco.catalog.models import App, Version
from fondaco.catalog.states import Track
from fondaco.kit import clock
from fondaco.kit.fields import IdField
from fondaco.review.models.submission import Submission
from fondaco.review.states import CHECK_RUN, Outcome, RunReason, RunStatus

_OF_WATCH = models.Q(why=RunReason.WATCH.value)
_RUNNING = models.Q(status=RunStatus.RUNNING.value)


class CheckRun(Stateful):
    """One run of the checks of a ruleset over the content of a version as it was when the run was started.

    The marks are fingerprints of each track's content (``checking.marks``): a revision alone does not tell of plans and
    pictures. ``total`` is the number of checks, ``tries`` how often a lost job was started anew.
    """

    MACHINE = CHECK_RUN

    id = IdField()
    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="check_runs")
    submission = models.ForeignKey(Submission, on_delete=models.SET_NULL, null=True, related_name="check_runs")
    ruleset = models.PositiveIntegerField()
    technical_revision = models.PositiveIntegerField()
    listing_revision = models.PositiveIntegerField()
    technical_mark = models.CharField(max_length=32)
    listing_mark = models.CharField(max_length=32)
    why = models.CharField(max_length=10, choices=[(why.value, why.value) for why in RunReason])
    started_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    total = models.PositiveSmallIntegerField()
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    status = CHECK_RUN.column()

    class Meta:
        constraints = [
            CHECK_RUN.constraint("check_run_status"),
            models.UniqueConstraint(fields=["version"], condition=_RUNNING & ~_OF_WATCH, name="check_run_one_running"),
            models.UniqueConstraint(fields=["version"], condition=_RUNNING & _OF_WATCH, name="check_run_one_watching"),
        ]
        indexes = [models.Index(fields=["version", "-created_at"], name="check_run_of_version")]

    def __str__(self) -> str:
        return f"checks of {self.version}"

    @property
    def is_running(self) -> bool:
        return self.status == RunStatus.RUNNING

    @property
    def is_finished(self) -> bool:
        return self.status == RunStatus.FINISHED

    def mark_of(self, track: Track) -> str:
        """The fingerprint of one track's content when the run was started."""
        return self.technical_mark if track == Track.TECHNICAL else self.listing_mark

    def audit_scope(self) -> Mapping[str, Any]:
        return {"partner_id": self.version.app.partner_id}


class CheckResult(models.Model):
    """What one check came to. Severity, track and blocking are kept as they were: a later ruleset changes no result.

    ``findings`` is ``[{"found", "where", "mend"}]``, empty unless something was found; ``note`` says why a check was
    skipped or could not run.
    """

    id = IdField()
    run = models.ForeignKey(CheckRun, on_delete=models.CASCADE, related_name="results")
    check_id = models.CharField(max_length=50)
    track = models.CharField(max_length=10)
    severity = models.CharField(max_length=10)
    blocks = models.BooleanField()
    outcome = models.CharField(max_length=15, choices=[(one.value, one.value) for one in Outcome])
    findings = models.JSONField(default=list)
    note = models.TextField(blank=True)
    seconds = models.FloatField(default=0)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "check_id"], name="check_result_once")]

    def __str__(self) -> str:
        return f"{self.check_id}: {self.outcome}"

    @property
    def found(self) -> str:
        """All that was found, one line each; what kept the check from running when it did not."""
        return self._lines("found") or self.note

    @property
    def where(self) -> str:
        """The fields concerned, by name, comma-separated."""
        return ", ".join(dict.fromkeys(finding["where"] for finding in self.findings if finding["where"]))

    @property
    def mend(self) -> str:
        """What to do, one line each."""
        return self._lines("mend")

    def _lines(self, name: str) -> str:
        return "\n".join(dict.fromkeys(finding[name] for finding in self.findings))


class Waiver(models.Model):
    """A check that need not pass for an app, until a day. It holds for later versions, and every reviewer sees it."""

    id = IdField()
    app = models.ForeignKey(App, on_delete=models.CASCADE, related_name="waivers")
    check_id = models.CharField(max_length=50)
    reason = models.TextField(max_length=1000)
    ends_on = models.DateField()  # the last day
    granted_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now, editable=False)
    withdrawn_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["app", "check_id"], condition=models.Q(withdrawn_at=None), name="waiver_standing")
        ]

    def __str__(self) -> str:
        return f"waiver of {self.check_id} for {self.app}"

    @property
    def holds_today(self) -> bool:
        """Whether it counts."""
        return self.withdrawn_at is None and clock.now().date() <= self.ends_on


class IconPrint(models.Model):
    """The perceptual hash of an icon that was checked, so that others can be compared with it by one query."""

    icon = models.CharField(max_length=120, primary_key=True)  # the key in the file storage: a hash of its content
    bits = models.BigIntegerField()

    def __str__(self) -> str:
        return self.icon
