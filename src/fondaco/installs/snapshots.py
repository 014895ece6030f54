"""Snapshots of an installation: everything that an operation may change, so that either side can be put in force."""

from __future__ import annotations

import json
from collections.abc import Collection
from hashlib import sha256
from typing import Final, TypedDict
from uuid import UUID

from fondaco.accounts.models import User
from fondaco.audit.actor import Actor
from fondaco.audit.kinds import EventKind
from fondaco.audit.recording import record
from fondaco.installs import events
from fondaco.installs.grants import move_grant
from fondaco.installs.models import AutoInstallRule, Installation, Licence
from fondaco.installs.states import InstallationStatus


class Rule(TypedDict):
    """An auto-install rule as on the wire: ``filter`` is all, role, roleid or none."""

    filter: str
    match: str


class Snapshot(TypedDict):
    """Ids are wire hex; ``users`` is sorted. An empty ``status`` stands for "not installed"."""

    status: str
    version: str
    plan: str
    total_licences: int
    users: list[str]
    auto_install: list[Rule]
    auto_install_cap: int | None


NOTHING: Final[Snapshot] = {
    "status": "",
    "version": "",
    "plan": "",
    "total_licences": 0,
    "users": [],
    "auto_install": [],
    "auto_install_cap": None,
}


def take(installation: Installation) -> Snapshot:
    """What is in force now."""
    return {
        "status": installation.status,
        "version": installation.version_id.hex,
        "plan": installation.plan_id.hex,
        "total_licences": installation.total_licences,
        "users": sorted(installation.licences.values_list("user_id", flat=True)),
        "auto_install": [{"filter": rule.filter, "match": rule.match} for rule in installation.sorted_rules],
        "auto_install_cap": installation.auto_install_cap,
    }


def mark(snapshot: Snapshot) -> str:
    """Stands for what is in force, so that nobody changes something else than they saw."""
    return sha256(json.dumps(snapshot, sort_keys=True).encode()).hexdigest()


def removed(current: Snapshot) -> Snapshot:
    """What an uninstall proposes: the same, without users and rules."""
    nobody: Snapshot = {**current, "users": [], "auto_install": [], "auto_install_cap": None}
    return {**nobody, "status": InstallationStatus.REVOKED.value}


def put_in_force(installation: Installation, snapshot: Snapshot, *, actor: Actor) -> None:
    """Makes version, plan, licences and rules exactly what ``snapshot`` says; the status is ``transition()``'s.

    A step: the installation must be locked. Writes only what differs and records licences given and released. Who left
    the account since has a licence like the others, as the partner believes; it is told when that is released
    (``automatic.settle_again``). Another version comes with what the account consented to for it.
    """
    current = take(installation)
    columns = {
        "version_id": UUID(hex=snapshot["version"]),
        "plan_id": UUID(hex=snapshot["plan"]),
        "total_licences": snapshot["total_licences"],
        "auto_install_cap": snapshot.get("auto_install_cap"),  # operations of before there was one have none
    }
    changed = [name for name, value in columns.items() if getattr(installation, name) != value]
    for name in changed:
        setattr(installation, name, columns[name])
    if changed:
        installation.save(update_fields=changed)
    if "version_id" in changed:
        move_grant(installation, actor=actor)
    wanted, held = set(snapshot["users"]), set(current["users"])
    release_licences(installation, held - wanted, actor=actor)
    assign_licences(installation, wanted - held, actor=actor)
    if snapshot["auto_install"] != current["auto_install"]:
        installation.auto_install_rules.all().delete()
        set_rules(installation, snapshot["auto_install"])


def find_present(installation: Installation, user_ids: Collection[str]) -> set[str]:
    """Those of the users who are active in the installation's account."""
    active = User.objects.filter(account_id=installation.account_id, is_active=True, pk__in=user_ids)
    return set(active.values_list("pk", flat=True)) if user_ids else set()


def assign_licences(installation: Installation, user_ids: set[str], *, actor: Actor) -> None:
    """Gives these users a licence. A step."""
    if user_ids:
        Licence.objects.bulk_create(Licence(installation=installation, user_id=user_id) for user_id in sorted(user_ids))
        _record(events.LICENCE_ASSIGNED, installation, user_ids, actor)


def release_licences(installation: Installation, user_ids: set[str], *, actor: Actor) -> None:
    """Takes these users' licences away; the number bought stays (DOMAIN 7.5). A step."""
    if user_ids:
        installation.licences.filter(user_id__in=user_ids).delete()
        _record(events.LICENCE_RELEASED, installation, user_ids, actor)


def set_rules(installation: Installation, rules: list[Rule]) -> None:
    """Adds these auto-install rules. A step."""
    AutoInstallRule.objects.bulk_create(AutoInstallRule(installation=installation, **rule) for rule in rules)


def _record(kind: EventKind, installation: Installation, user_ids: set[str], actor: Actor) -> None:
    record(kind, installation, actor=actor, data={"users": sorted(user_ids)}, **installation.audit_scope())
