"""Statistics of reviews; lengths are in whole seconds, null where nothing was decided."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Literal

from fondaco.review.queries import TrackStatistics
from fondaco.surfaces.api.management.shapes.fields import Shape


class WeekShape(Shape):
    """A week from Monday on; ``waiting`` were left at its end, or are now."""

    starts_on: date
    waiting: int
    decisions: int
    median_seconds: int | None
    ninety_percent_seconds: int | None


class TrackStatisticsShape(Shape):
    """One track now, over the last 90 days, and by week, the oldest first."""

    track: Literal["technical", "listing"]
    waiting: int
    oldest_waiting_since: datetime | None
    decisions: int
    median_seconds: int | None
    ninety_percent_seconds: int | None
    weeks: list[WeekShape]

    @classmethod
    def of(cls, numbers: TrackStatistics) -> TrackStatisticsShape:
        return cls(
            track=numbers.track.value,
            waiting=numbers.waiting,
            oldest_waiting_since=numbers.oldest_since,
            decisions=numbers.answers.count,
            median_seconds=_seconds(numbers.answers.median),
            ninety_percent_seconds=_seconds(numbers.answers.most),
            weeks=[
                WeekShape(
                    starts_on=week.starts_on,
                    waiting=week.waiting,
                    decisions=week.answers.count,
                    median_seconds=_seconds(week.answers.median),
                    ninety_percent_seconds=_seconds(week.answers.most),
                )
                for week in numbers.weeks
            ],
        )


class ReviewStatisticsShape(Shape):
    """Both tracks."""

    counted_at: datetime
    tracks: list[TrackStatisticsShape]


def _seconds(length: timedelta | None) -> int | None:
    return None if length is None else round(length.total_seconds())
