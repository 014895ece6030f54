"""Installations, made by the actions themselves so that every row that belongs to them is there.

The actions open durable transactions: tests that use these run under ``django_db``, whose wrapping permits that.
"""

from __future__ import annotations

from typing import Any

from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.factories.accounts import actor_for, make_account, make_user
from tests.factories.catalog import make_published_version

from fondaco.accounts.models import Account, User
from fondaco.audit.actor import Actor, ActorKind
from fondaco.catalog.models import Plan, Version
from fondaco.installs import jobs
from fondaco.installs.actions import Consent, answer_operation, install_app, uninstall_app
from fondaco.installs.actions.access import FOLLOW
from fondaco.installs.models import Installation, Operation
from fondaco.installs.queries import consent_text

PARTNER_PROGRAM = Actor(ActorKind.CLIENT, id="0" * 32, label="Ledgerline")


def order(version: Version, users: list[User], *, plan: Plan | str = "Trial", **overrides: Any) -> Operation:
    """The first of ``users`` installs ``version`` for all of them."""
    by = users[0]
    fields: dict[str, Any] = {
        "actor": actor_for(by.person),
        "by": by,
        "version": version,
        "plan": version.plans.get(name=plan) if isinstance(plan, str) else plan,
        "users": users,
        "consent": Consent(tuple(version.technical.scopes), consent_text(version)),
        **overrides,
    }
    return install_app(**fields)


def make_installing(
    account: Account | None = None, *, plan: str = "Trial", version: Version | None = None, **technical: Any
) -> Installation:
    """An installation that waits for the partner; Ada installed it, Samir uses it, too."""
    account = account or make_account()
    users = [make_user(account), make_user(account, role="supervisor")]
    version = version or make_published_version(**technical)
    return order(version, users, plan=plan).installation


def make_completed(account: Account | None = None, *, plan: str = "Trial", **overrides: Any) -> Installation:
    """An installation that works."""
    installation = make_installing(account, plan=plan, **overrides)
    answer_operation(actor=PARTNER_PROGRAM, installation=installation, decision="approve")
    installation.refresh_from_db()
    return installation


def make_pending(account: Account | None = None, **overrides: Any) -> Installation:
    """An installation whose removal waits for the partner."""
    installation = make_completed(account, **overrides)
    by = installation.installed_by
    return uninstall_app(
        actor=actor_for(by.person), by=by, installation=installation, reason_type="not_needed", reason="Season is over"
    )


def follow_cutoffs() -> None:
    """The worker's turn at what follows from cut-offs, and from their end."""
    while job := ProcrastinateJob.objects.filter(task_name=FOLLOW).order_by("id").first():
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [job.pk])
        jobs.follow_cutoff(**job.args)
