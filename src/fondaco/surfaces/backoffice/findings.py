"""What the checks found, as the page of a submission shows it to a reviewer."""

from __future__ import annotations

from typing import Any

from fondaco.accounts.models import Operator
from fondaco.review.models import Submission
from fondaco.review.policies import can_run_checks, waivable_tracks
from fondaco.review.queries import latest_run, report
from fondaco.surfaces.site.checks import SEVERITIES, STATUSES, group_results, sum_up, tone_of


def findings_of(by: Operator, submission: Submission) -> dict[str, Any]:
    """For ``backoffice/findings.html``: the latest run of the submission's version, in groups, and what may be done."""
    version = submission.version
    run = latest_run(version)
    found = report(run) if run else None
    return {
        "report": found,
        "groups": group_results(found) if found else [],
        "summary": sum_up(found) if found else "",
        "tone": tone_of(found) if found else "mute",
        "mark": f"{found.run.pk.hex}-{found.run.status}-{found.done}" if found else "",
        "severities": SEVERITIES,
        "statuses": STATUSES,
        "can_run": can_run_checks(by, version),
        "waivable": waivable_tracks(by, submission),
    }
