"""What differs between two submissions, by part, as pages show it."""

from __future__ import annotations

from itertools import groupby

from fondaco.catalog.comparison import Difference, Part
from fondaco.catalog.states import Track
from fondaco.review.models import Submission
from fondaco.review.snapshots import compare_snapshots

Grouped = list[tuple[Part, list[Difference]]]


def compare_submissions(before: Submission | None, after: Submission) -> Grouped:
    """Nothing when there is nothing to compare with, or nobody kept what was sent in."""
    if before is None or not after.content:
        return []
    found = compare_snapshots(before.content, after.content, Track(after.track))
    return [(part, list(differences)) for part, differences in groupby(found, lambda difference: difference.part)]
