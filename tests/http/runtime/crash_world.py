"""What the accounts of the crash tests do, in a process of its own, as the house's.

``crash_world.py order COUNT PARTNER``: so many accounts order an app whose program is at the address PARTNER.
``crash_world.py stir COUNT``: so many more order it, and of the installations that work one in three gets a paid plan,
one is uninstalled, and one gets new credentials because its program asks for them, with more licences behind those.
"""

from __future__ import annotations

import sys

import django

django.setup()

from tests.factories.accounts import actor_for, make_account, make_person, make_user  # noqa: E402 (models need the setup)
from tests.factories.catalog import make_published_version  # noqa: E402
from tests.factories.installs import PARTNER_PROGRAM  # noqa: E402
from tests.factories.installs import order as order_app  # noqa: E402

from fondaco.catalog.models import Version  # noqa: E402
from fondaco.installs import actions  # noqa: E402
from fondaco.installs.changes import Settings  # noqa: E402
from fondaco.installs.models import Installation  # noqa: E402
from fondaco.installs.queries import list_licensed_users  # noqa: E402


def order(count: int, version: Version, prefix: str = "first") -> None:
    for number in range(count):
        name = f"{prefix}-{number}"
        order_app(version, [make_user(make_account(name), person=make_person(email=f"ada@{name}.example"))])


def stir(count: int) -> None:
    working = Installation.objects.filter(status="completed").select_related("installed_by__person", "version", "plan")
    for number, each in enumerate(working.order_by("pk")):
        if number % 3 == 0:
            change(each, plan="Team", licences=2)
        elif number % 3 == 1:
            by = each.installed_by
            actions.uninstall_app(actor=actor_for(by.person), by=by, installation=each, reason_type="not_needed")
        else:
            actions.rotate_own_credentials(actor=PARTNER_PROGRAM, installation=each)
            change(each, plan=each.plan.name, licences=3)
    order(count, Version.objects.get(), "later")


def change(installation: Installation, *, plan: str, licences: int) -> None:
    by = installation.installed_by
    chosen = installation.version.plans.get(name=plan)
    wanted = Settings(chosen, list(list_licensed_users(installation)), licences)
    actions.update_settings(actor=actor_for(by.person), by=by, installation=installation, wanted=wanted)


if __name__ == "__main__":
    if sys.argv[1] == "order":
        partner = sys.argv[3]
        order(
            int(sys.argv[2]),
            make_published_version(events_callback_url=f"{partner}/events", standalone_url=f"{partner}/launch"),
        )
    else:
        stir(int(sys.argv[2]))
