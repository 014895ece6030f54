"""Apps that follow a role: whose auto-install rules give a licence to whoever gets it, and what that costs (T27)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef

from fondaco.accounts.models import Role, User
from fondaco.installs.auto_install import least
from fondaco.installs.models import Installation, Licence
from fondaco.installs.rules import rules_of
from fondaco.installs.states import InstallationStatus
from fondaco.kit.money import Money


@dataclass(frozen=True, slots=True)
class Follower:
    """An app, the ``roles`` that it follows, and what the next person with one of them adds.

    ``more`` is a month's price of the licence that would have to be bought; None when one is free, or costs nothing.
    ``is_full``: a limit keeps the next person out. ``is_held``: the person who is asked about has a licence already.
    """

    installation: Installation
    roles: tuple[Role, ...]
    follows_all: bool
    free: int
    more: Money | None
    is_full: bool
    is_held: bool


def list_followers(account_id: str, roles: Sequence[Role], user: User | None = None) -> list[Follower]:
    """Those of the account's apps that follow any of its ``roles``, by name. The caller may manage its people.

    ``user`` is who may get another role; None for somebody who is not there yet.
    """
    own = Licence.objects.filter(installation=OuterRef("pk"), user=user) if user else Licence.objects.none()
    found = (
        Installation.objects.filter(account_id=account_id, auto_install_rules__isnull=False)
        .exclude(status=InstallationStatus.REVOKED)
        .distinct()
        .select_related("app", "plan")
        .prefetch_related("auto_install_rules")
        .annotate(held=Count("licences", distinct=True), is_held=Exists(own))
        .order_by("app__name", "id")
    )
    followers = []
    for installation in found:
        auto = rules_of(installation)
        followed = tuple(role for role in roles if auto.fits(role))
        if followed:
            followers.append(_describe(installation, followed, follows_all=len(followed) == len(roles)))
    return followers


def _describe(installation: Installation, roles: tuple[Role, ...], *, follows_all: bool) -> Follower:
    held: int = installation.held  # type: ignore[attr-defined]  # annotated
    plan, bought = installation.plan, installation.total_licences
    limit = least(installation.auto_install_cap, plan.max_licences)
    before, after = plan.monthly_total(bought), plan.monthly_total(max(bought, held + 1))
    return Follower(
        installation=installation,
        roles=roles,
        follows_all=follows_all,
        free=max(0, bought - held),
        more=None if after == before else after - before,
        is_full=limit is not None and held >= limit,
        is_held=installation.is_held,  # type: ignore[attr-defined]  # annotated
    )
