"""What anyone may know about reviews: how many wait, and how long people took to answer. Two queries in all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import connection

from fondaco.catalog.states import Track
from fondaco.kit import clock
from fondaco.review.queries.estimates import LOOK_BACK

WEEKS: Final = 26

# A submission belongs to a week when it was there at some time in it. Decisions of the policy took nobody's time.
_BY_WEEK: Final = """
    WITH weeks AS (
        SELECT starts, starts + interval '7 days' AS ends
        FROM generate_series(%(first)s::timestamptz, %(last)s::timestamptz, interval '7 days') AS starts
    ), tracks AS (SELECT unnest(%(tracks)s::text[]) AS track)
    SELECT t.track, w.starts,
           count(s.id) FILTER (WHERE s.status = 'open' OR s.status_changed_at >= w.ends),
           count(s.id) FILTER (WHERE s.decided_by_id IS NOT NULL AND s.status_changed_at < w.ends),
           percentile_cont(ARRAY[0.5, 0.9])
               WITHIN GROUP (ORDER BY extract(epoch FROM s.status_changed_at - s.created_at)::float8)
               FILTER (WHERE s.decided_by_id IS NOT NULL AND s.status_changed_at < w.ends)
    FROM weeks w CROSS JOIN tracks t
    LEFT JOIN review_submission s
      ON s.track = t.track AND s.created_at < w.ends AND (s.status = 'open' OR s.status_changed_at >= w.starts)
    GROUP BY t.track, w.starts ORDER BY t.track, w.starts
"""
_NOW: Final = """
    SELECT track, count(*) FILTER (WHERE status = 'open'), min(created_at) FILTER (WHERE status = 'open'),
           count(*) FILTER (WHERE decided_by_id IS NOT NULL AND status_changed_at > %(since)s),
           percentile_cont(ARRAY[0.5, 0.9])
               WITHIN GROUP (ORDER BY extract(epoch FROM status_changed_at - created_at)::float8)
               FILTER (WHERE decided_by_id IS NOT NULL AND status_changed_at > %(since)s)
    FROM review_submission WHERE status = 'open' OR status_changed_at > %(since)s GROUP BY track
"""


@dataclass(frozen=True, slots=True)
class Answers:
    """Decisions of people: half came within ``median``, nine in ten within ``most``; both None without any."""

    count: int
    median: timedelta | None
    most: timedelta | None


@dataclass(frozen=True, slots=True)
class Week:
    """The week that begins on a Monday; ``waiting`` are those that were left at its end, or are now."""

    starts_on: date
    waiting: int
    answers: Answers


@dataclass(frozen=True, slots=True)
class TrackStatistics:
    """One track: how it stands now, the last 90 days, and the last weeks, oldest first."""

    track: Track
    waiting: int
    oldest_since: datetime | None
    answers: Answers
    weeks: list[Week]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was ever sent in or decided in this time."""
        return not self.waiting and not any(week.waiting or week.answers.count for week in self.weeks)


def review_statistics() -> list[TrackStatistics]:
    """Both tracks, in UTC weeks that begin on Mondays; the last one is still going on."""
    now = clock.now()
    last = (now - timedelta(days=now.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
    span: dict[str, Any] = {"first": last - timedelta(weeks=WEEKS - 1), "last": last, "tracks": [*map(str, Track)]}
    with connection.cursor() as cursor:
        cursor.execute(_BY_WEEK, span)
        by_week = cursor.fetchall()
        cursor.execute(_NOW, {"since": now - LOOK_BACK})
        standing = {row[0]: row[1:] for row in cursor.fetchall()}
    return [
        TrackStatistics(
            track,
            *_standing(standing.get(track.value)),
            weeks=[
                Week(starts.date(), waiting, _answers(count, seconds))
                for name, starts, waiting, count, seconds in by_week
                if name == track.value
            ],
        )
        for track in Track
    ]


def _standing(row: tuple[Any, ...] | None) -> tuple[int, datetime | None, Answers]:
    waiting, oldest, count, seconds = row or (0, None, 0, None)
    return waiting, oldest, _answers(count, seconds)


def _answers(count: int, seconds: list[float] | None) -> Answers:
    median, most = [timedelta(seconds=value) for value in seconds] if seconds else (None, None)
    return Answers(count, median, most)
