"""``python crash_world.py COUNT PARTNER``: so many accounts order an app whose program is at the address PARTNER."""

from __future__ import annotations

import sys

import django

django.setup()

from tests.factories.accounts import make_account, make_user  # noqa: E402 (models need the setup)
from tests.factories.catalog import make_published_version  # noqa: E402
from tests.factories.installs import order  # noqa: E402

if __name__ == "__main__":
    count, partner = int(sys.argv[1]), sys.argv[2]
    version = make_published_version(events_callback_url=f"{partner}/events", standalone_url=f"{partner}/launch")
    for _number in range(count):
        order(version, [make_user(make_account())])
