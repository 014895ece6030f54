"""Run in a house's own environment: puts an app of the demo into so many accounts, and lets it call the bench's sink.

The answer is JSON: ``{"app_id", "version_id"}``.
"""

from __future__ import annotations

import json
import sys

import django

from benchmarks.killswitch_world import copy_installations


def main(count: int, sink: str) -> dict[str, str]:
    """One app, ``count`` installations of one version."""
    from django.db import transaction

    from fondaco.catalog.models import TechnicalContent
    from fondaco.installs.models import Installation

    found = Installation.objects.exclude(status="revoked").exclude(account__pk__startswith="0000")  # no copy
    installation = found.select_related("client", "version", "app").order_by("id")[0]
    there = Installation.objects.filter(app=installation.app_id)
    more = count - there.exclude(status="revoked").count()
    with transaction.atomic():
        if more > 0:
            copy_installations(installation, 70_000_000 + there.count(), more)  # behind those of an earlier call
        TechnicalContent.objects.filter(version__app=installation.app_id).update(
            events_callback_url=f"{sink}/good/rotated"
        )
    return {"app_id": installation.app_id.hex, "version_id": installation.version_id.hex}


if __name__ == "__main__":
    django.setup()
    json.dump(main(int(sys.argv[1]), sys.argv[2]), sys.stdout)
