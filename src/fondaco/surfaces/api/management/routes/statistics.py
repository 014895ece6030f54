"""What anyone may know about how the house works."""

from __future__ import annotations

from fondaco.kit import clock
from fondaco.review.queries import review_statistics
from fondaco.surfaces.api.management.door import Place, Request, Routes
from fondaco.surfaces.api.management.shapes.statistics import ReviewStatisticsShape, TrackStatisticsShape

routes = Routes("Statistics", Place.ANYWHERE)


@routes.reads("/statistics/reviews", ReviewStatisticsShape)
def get_review_statistics(request: Request) -> ReviewStatisticsShape:
    """How many submissions wait, and how long people took to answer: now, in 90 days, and by week."""
    tracks = [TrackStatisticsShape.of(numbers) for numbers in review_statistics()]
    return ReviewStatisticsShape(counted_at=clock.now(), tracks=tracks)
