"""How long reviews take: open to everyone, so that nobody has to take our word for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fondaco.catalog.labels import track_label
from fondaco.review.queries import TrackStatistics, review_statistics
from fondaco.surfaces.site.access import public
from fondaco.surfaces.site.charts import Chart, bar_chart, line_chart
from fondaco.surfaces.site.viewer import HouseRequest
from fondaco.surfaces.site.words import day

_FRESH_SECONDS: Final = 300
_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class TrackDrawings:
    """One track as the page draws it; a drawing is None when there is nothing to draw."""

    label: str
    numbers: TrackStatistics
    waiting: Chart
    median: Chart | None
    most: Chart | None


@public
@require_safe
def show(request: HouseRequest) -> HttpResponse:
    """Queue and answer times by track and week, each drawn, with the numbers behind."""
    tracks = [_draw(numbers) for numbers in review_statistics()]
    response = render(request, "storefront/review_statistics.html", {"tracks": tracks})
    # Theme, language and the sign-in button belong to one reader, so no shared cache may keep it.
    patch_cache_control(response, private=True, max_age=_FRESH_SECONDS)
    patch_vary_headers(response, ["Cookie", "Accept-Language"])
    return response


def _draw(numbers: TrackStatistics) -> TrackDrawings:
    answered = [(day(week.starts_on), week.answers) for week in numbers.weeks if week.answers.count]
    medians = [(label, answers.median / _HOUR) for label, answers in answered if answers.median is not None]
    most = [(label, answers.most / _HOUR) for label, answers in answered if answers.most is not None]
    unit = f" {_('h')}"
    return TrackDrawings(
        label=track_label(numbers.track),
        numbers=numbers,
        waiting=bar_chart([(day(week.starts_on), week.waiting) for week in numbers.weeks]),
        median=line_chart(medians, unit) if medians else None,
        most=line_chart(most, unit) if most else None,
    )
