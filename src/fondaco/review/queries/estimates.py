"""How long reviews took, so that a partner knows what to expect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection

from fondaco.catalog.states import Track
from fondaco.kit import clock
from fondaco.review.models import Submission

LOOK_BACK: Final = timedelta(days=90)
ENOUGH: Final = 5  # decisions before we say what usually happens

# An app's first time on a track takes longer than the ones after it. What nobody decided tells nothing about people.
_ANSWERS: Final = """
    WITH asked AS (
        SELECT a.track, EXISTS (SELECT FROM review_submission e JOIN catalog_version ev ON ev.id = e.version_id
                                WHERE ev.app_id = %(app)s AND e.track = a.track AND e.created_at < a.sent_at
                                  AND e.status IN ('approved', 'rejected')) AS is_again
        FROM unnest(%(tracks)s::text[], %(sent)s::timestamptz[]) AS a (track, sent_at)
    ), decided AS (
        SELECT s.track, extract(epoch FROM s.status_changed_at - s.created_at)::float8 AS took,
               asked.is_again = EXISTS (
                   SELECT FROM review_submission e JOIN catalog_version ev ON ev.id = e.version_id
                   WHERE ev.app_id = v.app_id AND e.track = s.track AND e.created_at < s.created_at
                     AND e.status IN ('approved', 'rejected')) AS is_similar
        FROM asked JOIN review_submission s ON s.track = asked.track JOIN catalog_version v ON v.id = s.version_id
        WHERE s.status IN ('approved', 'rejected') AND s.decided_by_id IS NOT NULL AND s.status_changed_at > %(since)s
    )
    SELECT track, count(*) FILTER (WHERE is_similar),
           percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY took) FILTER (WHERE is_similar),
           count(*), percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY took)
    FROM decided GROUP BY track
"""


@dataclass(frozen=True, slots=True)
class AnswerTimes:
    """Of ``count`` decisions half came within ``median`` and nine in ten within ``most``."""

    median: timedelta
    most: timedelta
    count: int

    def expected_by(self, submission: Submission) -> datetime | None:
        """When nine in ten like it will have had their answer; None when it has waited for longer than they did."""
        moment = submission.created_at + self.most
        return moment if moment > clock.now() else None


def answer_times(submissions: Sequence[Submission]) -> dict[Track, AnswerTimes]:
    """What happened to ones like these in the last 90 days, by track; one query. They are of one app.

    Similar is the same track, and the app's first decision on it or a later one. While too few are similar, the whole
    track speaks; a track that still says too little is absent.
    """
    if not submissions:
        return {}
    asked: dict[str, Any] = {
        "app": submissions[0].version.app_id,
        "tracks": [one.track for one in submissions],
        "sent": [one.created_at for one in submissions],
        "since": clock.now() - LOOK_BACK,
    }
    with connection.cursor() as cursor:
        cursor.execute(_ANSWERS, asked)
        rows = cursor.fetchall()
    found = {}
    for track, similar, of_similar, count, of_all in rows:
        if count >= ENOUGH:
            known, seconds = (similar, of_similar) if similar >= ENOUGH else (count, of_all)
            median, most = (max(timedelta(seconds=value), timedelta(minutes=1)) for value in seconds)
            found[Track(track)] = AnswerTimes(median, most, known)
    return found
