"""The Jinja2 environment of every page: filters, globals and gettext."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from jinja2 import Environment, StrictUndefined

from fondaco.catalog.labels import describe_meter
from fondaco.kit import clock
from fondaco.surfaces.site import words
from fondaco.surfaces.site.charts import bar_chart, line_chart
from fondaco.surfaces.site.compiled import CompiledPages
from fondaco.surfaces.site.icons import icon
from fondaco.surfaces.site.navigation import find_entries, find_help
from fondaco.surfaces.site.second_factor import passkey_obstacle

THEMES = ("auto", "light", "dark")


def environment(**options: Any) -> Environment:
    """What ``TEMPLATES`` asks for. An unknown name in a template is an error, never an empty place."""
    options |= {"undefined": StrictUndefined}
    options.pop("autoescape", None)  # always on, whatever the settings say
    env = Environment(
        extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"],
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=True,
        bytecode_cache=CompiledPages(settings.TEMPLATE_CACHE),
        **options,
    )
    install = env.install_gettext_callables  # type: ignore[attr-defined]  # added by the i18n extension
    install(
        gettext=translation.gettext,
        ngettext=translation.ngettext,
        newstyle=True,
        pgettext=translation.pgettext,
        npgettext=translation.npgettext,
    )
    env.filters.update(
        money=words.money,
        number=words.number,
        usage=describe_meter,
        ago=words.ago,
        since=words.since,
        lasting=words.lasting,
        datetime=words.moment,
        date=words.day,
        iso=words.iso,
        initials=words.initials,
        hue=words.hue,
        markdown=words.markdown,
    )
    env.globals.update(
        url=url,
        static=static,
        icon=icon,
        now=clock.now,
        percent=words.percent,
        bar_chart=bar_chart,
        line_chart=line_chart,
        theme_of=theme_of,
        passkey_obstacle=passkey_obstacle,
        language=translation.get_language,
        is_right_to_left=translation.get_language_bidi,
        navigation=find_entries,
        help_entry=find_help,
        platform_name=settings.PLATFORM_NAME,
        site_url=settings.SITE_URL,
        support_email=settings.SUPPORT_EMAIL,
        is_development=settings.DEVELOPMENT,
    )
    return env


def url(name: str, *args: Any, **kwargs: Any) -> str:
    """The path of a named view: ``url("site:home")``, ``url("portal:app", app_id=app.id)``."""
    return reverse(name, args=args or None, kwargs=kwargs or None)


def theme_of(request: HttpRequest) -> str:
    """``auto``, ``light`` or ``dark``, as the viewer's cookie says; the server writes it, so nothing flashes."""
    chosen = request.COOKIES.get("theme", "auto")
    return chosen if chosen in THEMES else "auto"
