"""Filters that turn values into words for people: money, moments, durations, Markdown."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cache
from zlib import crc32

import nh3
from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_decimal
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext, to_locale
from markdown_it import MarkdownIt
from markupsafe import Markup

from fondaco.kit import clock
from fondaco.kit.money import Money

_TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "code", "pre", "blockquote", "a", "h3", "h4", "hr"}
_SCHEMES = {"https", "http", "mailto"}
_RECENT = timedelta(days=7)


def money(value: Money | None, *, cents: bool = True) -> str:
    """``$18.00``; without ``cents`` a whole amount is ``$18``. An absent amount is a dash."""
    return "–" if value is None else value.format(drop_zeros=not cents)


def number(value: float) -> str:
    """``12,480``, as the reader's language groups digits."""
    return format_decimal(value, locale=_locale())


def percent(part: float, whole: float) -> str:
    """``62 %`` of a whole; a dash when there is no whole."""
    return "–" if not whole else f"{format_decimal(round(100 * part / whole, 1), locale=_locale())}\N{NO-BREAK SPACE}%"


def ago(moment: datetime | None, now: datetime | None = None) -> str:
    """``12 minutes ago``, ``in 3 days``; a date when it is more than a week away; ``never`` without a moment."""
    if moment is None:
        return gettext("never")
    distance = moment - (now or clock.now())
    if abs(distance) < timedelta(seconds=10):
        return gettext("just now")
    if abs(distance) > _RECENT:
        return day(moment)
    return format_timedelta(distance, add_direction=True, threshold=1.2, locale=_locale())


def since(moment: datetime, now: datetime | None = None) -> str:
    """``for 2 days``: how long it has been so; ``since 24 November`` when that is more than a week."""
    length = (now or clock.now()) - moment
    if length < timedelta(seconds=10):
        return gettext("since a moment ago")
    if length > _RECENT:
        return gettext("since %(day)s") % {"day": day(moment)}
    return gettext("for %(length)s") % {"length": format_timedelta(length, threshold=1.2, locale=_locale())}


def lasting(length: timedelta) -> str:
    """``7 days``, ``118 milliseconds`` are lengths; below a second in milliseconds."""
    if length < timedelta(seconds=1):
        count = round(length.total_seconds() * 1000)
        return ngettext("%(count)d millisecond", "%(count)d milliseconds", count) % {"count": count}
    return format_timedelta(length, threshold=1.5, locale=_locale())


def moment(value: datetime | None) -> str:
    """``24 November 2026, 16:20``."""
    if value is None:
        return gettext("never")
    return format_datetime(timezone.localtime(value), "d MMMM y, HH:mm", locale=_locale())


def day(value: date | datetime | None) -> str:
    """``24 November``, with the year when it is not this one."""
    if value is None:
        return gettext("never")
    local = timezone.localtime(value) if isinstance(value, datetime) else value
    same_year = local.year == timezone.localtime(clock.now()).year
    return format_date(local, "d MMMM" if same_year else "d MMMM y", locale=_locale())


def iso(value: datetime) -> str:
    """For ``<time datetime>``."""
    return value.isoformat(timespec="seconds")


def initials(name: str) -> str:
    """At most two letters that stand for a name."""
    parts = name.split()
    return "".join(part[0] for part in ([parts[0], parts[-1]] if len(parts) > 1 else parts)).upper() or "?"


def hue(name: str) -> int:
    """A number 0 to 7 that stays the same for a name; the stylesheet has a colour for each."""
    return crc32(name.encode()) % 8


def markdown(text: str) -> Markup:
    """The safe subset of Markdown that partners may write: no images, no HTML, links that pass nothing on."""
    html = nh3.clean(
        _parser().render(text or ""),
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes=_SCHEMES,
        link_rel="nofollow noopener noreferrer ugc",
    )
    return Markup(html)  # noqa: S704  # cleaned the line before


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "linkify": False}).disable("image")


def _locale() -> str:
    return to_locale(get_language() or "en")
