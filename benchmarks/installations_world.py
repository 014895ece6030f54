"""Run in a house's own environment: lets so many installations of other accounts be there, and looks at My Apps.

The answer is JSON as that of ``benchmarks.demo_pages``.
"""

from __future__ import annotations

import json
import sys

import django

from benchmarks.demo_pages import ANA, measure
from benchmarks.killswitch_world import copy_installations

_BASE = 80_000_000


def grow(count: int) -> None:
    """Copies of one installation, until there are ``count`` of all apps."""
    from django.db import transaction

    from fondaco.installs.models import Installation

    there = Installation.objects.count()
    found = Installation.objects.filter(app__slug="northwind-crm").select_related("client").order_by("id")[0]
    with transaction.atomic():
        copy_installations(found, _BASE + there, max(0, count - there))


def list_pages() -> dict[str, list[str]]:
    """What an account's admin looks at."""
    from fondaco.installs.models import Installation

    page = f"/my-apps/{Installation.objects.get(app__slug='northwind-crm', account__name='starship').pk.hex}"
    return {ANA: ["/my-apps", "/my-apps/board", page, f"{page}/settings"]}


if __name__ == "__main__":
    django.setup()
    grow(int(sys.argv[1]))
    sys.stdout.write(json.dumps(measure(list_pages())))
