"""Loading Django and what the processes of the house have in common, once, before they are forked."""

from __future__ import annotations

import os
import pkgutil
from collections.abc import Sequence

import django
from django.apps import apps
from django.db import connections

from fondaco.kit.loading import uncollected
from fondaco.runtime import serving


def load_django() -> None:
    """Settings, apps, logging. Raises ``BadSetting`` for a setting that is wrong."""
    if apps.ready:  # once in a process: a second time would tie the logs to whatever stderr is meanwhile
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fondaco.config.settings")
    with uncollected():
        django.setup()


def load_house(entries: Sequence[str]) -> None:
    """Django, what the ``entries`` (``module:name``) import, and the web application with all its views."""
    load_django()
    with uncollected():
        for entry in entries:
            pkgutil.resolve_name(entry)
    serving.load()
    connections.close_all()  # two processes must never speak through one
