"""What an account may order: a version, its plans, and why it cannot be had, before anything is written."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import reduce
from hashlib import sha256
from operator import or_
from typing import Final

from django.utils.functional import Promise

from fondaco.accounts.models import User
from fondaco.accounts.permissions import Permission
from fondaco.accounts.queries import list_holders, list_users
from fondaco.catalog.labels import status_label
from fondaco.catalog.models import Plan, Version
from fondaco.catalog.policies import INSIDERS, kind_of
from fondaco.catalog.queries import get_listing, opens
from fondaco.catalog.states import TechnicalStatus
from fondaco.installs.auto_install import NOBODY, AutoInstall
from fondaco.installs.models import Installation
from fondaco.installs.policies import check_can_install, explain_order
from fondaco.installs.queries import consent_text, find_installed, has_tried
from fondaco.installs.states import Lack
from fondaco.kit.errors import NotFound
from fondaco.kit.ids import parse_wire

_MANAGES: Final = (Permission.APPS_MANAGE, Permission.APPS_INSTALL)
_HELPS: Final = {Lack.ROLE: (Permission.PEOPLE_MANAGE,), Lack.STATE: _MANAGES, Lack.LICENCE: _MANAGES}


@dataclass(frozen=True, slots=True)
class Offer:
    """A version as one account may order it."""

    version: Version
    plans: tuple[Plan, ...]
    installed: Installation | None  # the app is in this account already
    has_tried: bool  # so the trial is no longer to be had
    why_not: Promise | str | None  # in plain words; None when it can be installed
    is_private: bool = False  # what customers cannot find in the marketplace

    @property
    def state(self) -> str:
        """Where the version's technical content stands, as a word in a sentence."""
        return status_label(self.version.technical.status).lower()

    def can_choose(self, plan: Plan) -> bool:
        """Whether this account may order ``plan``."""
        return not (plan.is_trial and self.has_tried)

    def find_plan(self, plan_id: str) -> Plan | None:
        """The plan with this wire id, if it is offered to this account."""
        return next((plan for plan in self.plans if plan.pk.hex == plan_id and self.can_choose(plan)), None)


def get_offer(by: User, slug: str, version_id: str = "", link: str = "") -> Offer:
    """What ``by`` may order of the app at ``slug``: the published version, or the one with the wire id ``version_id``.

    A version that was never made available exists only for its partner's own developer account, for accounts of the
    platform, and for who has the secret of its installation link (``link``).
    """
    check_can_install(by)
    version = _get_version(by, slug, version_id, link) if version_id else get_listing(slug)
    return Offer(
        version=version,
        plans=tuple(version.plans.all()),
        installed=find_installed(by.account_id, version.app_id),
        has_tried=has_tried(by.account_id, version.app_id),
        why_not=explain_order(version, by.account, link=link),
        is_private=bool(version_id) and not version.is_published,
    )


def list_installers(account_id: str) -> list[User]:
    """Whom to ask: the active users of an account who may install apps, by name."""
    return [user for user in list_users(account_id) if user.can(Permission.APPS_INSTALL)]


def list_helpers(account_id: str, lack: Lack, *, most: int = 5) -> list[User]:
    """Who in the account can give somebody what they lack to open an app, by name."""
    able = reduce(or_, (list_holders(account_id, permission) for permission in _HELPS[lack]))
    return list(able.select_related("person").order_by("person__name", "id")[:most])


def can_help(user: User, lack: Lack) -> bool:
    """Whether the user can give it, to themselves as well."""
    return any(user.can(permission) for permission in _HELPS[lack])


def fingerprint(by: User, version: Version, plan: Plan, users: list[User], auto_install: AutoInstall = NOBODY) -> str:
    """Stands for everything that a person sees before they order, so that they order that and nothing else."""
    seen = [
        by.account_id,
        version.pk.hex,
        *sorted(version.technical.scopes),
        consent_text(version),
        plan.pk.hex,
        str(plan.price),
        *sorted(user.pk for user in users),
        json.dumps(auto_install.as_json(), sort_keys=True),
    ]
    return sha256("\n".join(seen).encode()).hexdigest()


def _get_version(by: User, slug: str, version_id: str, link: str) -> Version:
    found = parse_wire(version_id)
    version = (
        Version.objects.filter(pk=found, app__slug=slug)
        .select_related("app__partner", "technical", "listing")
        .defer("listing__search")
        .first()
        if found
        else None
    )
    if version is None or not _is_visible(by, version, link):
        raise NotFound
    return version


def _is_visible(by: User, version: Version, link: str) -> bool:
    if version.technical.status in {TechnicalStatus.AVAILABLE, TechnicalStatus.DEPRECATED}:
        return True
    return kind_of(version.app, by.account) in INSIDERS or opens(version, link)
