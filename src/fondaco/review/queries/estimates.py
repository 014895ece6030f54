"""How long reviews took, so that a partner knows what to expect."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import connection

from fondaco.kit import clock
from fondaco.review.models import Submission

LOOK_BACK: Final = timedelta(days=90)
ENOUGH: Final = 5  # decisions before we say what usually happens

# An app's first time on a track takes longer than the ones after it. What nobody decided tells nothing about people.
_ANSWERS: Final = """
    WITH decided AS (
        SELECT extract(epoch FROM s.status_changed_at - s.created_at)::float8 AS took,
               EXISTS (SELECT FROM review_submission e JOIN catalog_version ev ON ev.id = e.version_id
                       WHERE ev.app_id = v.app_id AND e.track = s.track AND e.created_at < s.created_at
                         AND e.status IN ('approved', 'rejected')) AS is_again
        FROM review_submission s JOIN catalog_version v ON v.id = s.version_id
        WHERE s.track = %(track)s AND s.status IN ('approved', 'rejected') AND s.decided_by_id IS NOT NULL
          AND s.status_changed_at > %(since)s
    ), mine AS (
        SELECT EXISTS (SELECT FROM review_submission e JOIN catalog_version ev ON ev.id = e.version_id
                       WHERE ev.app_id = %(app)s AND e.track = %(track)s AND e.created_at < %(sent)s
                         AND e.status IN ('approved', 'rejected')) AS is_again
    )
    SELECT is_again IS NOT NULL AS is_similar, count(*),
           percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY took)
    FROM decided WHERE TRUE
    GROUP BY GROUPING SETS ((is_again), ())
    HAVING is_again IS NULL OR is_again = (SELECT is_again FROM mine)
    ORDER BY 1 DESC
"""


@dataclass(frozen=True, slots=True)
class AnswerTimes:
    """Of ``count`` decisions half came within ``median`` and nine in ten within ``most``."""

    median: timedelta
    most: timedelta
    count: int

    def expected_by(self, submission: Submission) -> datetime:
        """When nine in ten like it would have had their answer."""
        return submission.created_at + self.most


def answer_times(submission: Submission) -> AnswerTimes | None:
    """What happened to similar submissions in the last 90 days; one query.

    Similar is the same track, and the app's first decision on it or a later one. While too few are similar, the whole
    track speaks; None while even that says too little.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _ANSWERS,
            {
                "track": submission.track,
                "since": clock.now() - LOOK_BACK,
                "app": submission.version.app_id,
                "sent": submission.created_at,
            },
        )
        rows = cursor.fetchall()
    for _is_similar, count, seconds in rows:
        if count >= ENOUGH:
            median, most = (max(timedelta(seconds=value), timedelta(minutes=1)) for value in seconds)
            return AnswerTimes(median, most, count)
    return None
