"""Roles of an account: what they are called and what they allow. Admin allows everything and stays as it is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from fondaco.accounts import events
from fondaco.accounts.errors import RoleChanged, RoleFixed, RoleInUse, RoleNameTaken
from fondaco.accounts.models import Invitation, Role, User
from fondaco.accounts.permissions import ADMIN, Permission
from fondaco.accounts.policies import check_can_now, check_may_give
from fondaco.accounts.states import InvitationStatus
from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.kit.errors import Invalid, NotFound

_LONGEST_NAME: Final = 40


def create_role(*, actor: Actor, by: User, name: str, permissions: Iterable[Permission]) -> Role:
    """Adds a role with these permissions to the account of ``by``, who must hold all of them."""
    wanted = _of_accounts(permissions)
    with transaction.atomic(durable=True):
        check_can_now(by, Permission.ROLES_MANAGE)
        check_may_give(by, wanted)
        name = _check_name(by.account_id, name)
        role = Role.objects.create(account_id=by.account_id, name=name, permissions=sorted(wanted))
        record(
            events.ROLE_CREATED,
            role,
            actor=actor,
            account_id=role.account_id,
            data={"name": name, "permissions": role.permissions},
        )
    return role


def edit_role(
    *, actor: Actor, by: User, role: Role, revision: int, name: str, permissions: Iterable[Permission]
) -> Role:
    """Gives a role another name and other permissions, of which ``by`` must hold what is new.

    ``revision`` is the one that the editor began from; when someone saved since, :class:`RoleChanged` and nothing
    changes. Saving what is there already records nothing.
    """
    wanted = _of_accounts(permissions)
    with transaction.atomic(durable=True):
        _check_own(by, role)
        role = lock_role(role)
        if role.is_admin:
            raise RoleFixed(name=role.name)
        if role.revision != revision:
            raise RoleChanged(name=role.name)
        before = role.granted
        check_may_give(by, wanted - before)
        name = _check_name(role.account_id, name, role)
        if name == role.name and wanted == before:
            return role
        former, role.name = role.name, name
        role.permissions, role.revision = sorted(wanted), revision + 1
        role.save(update_fields=["name", "permissions", "revision"])
        record(
            events.ROLE_EDITED,
            role,
            actor=actor,
            account_id=role.account_id,
            data={
                "name": name,
                "from": former,
                "given": sorted(wanted - before),
                "taken": sorted(before - wanted),
            },
        )
    return role


def delete_role(*, actor: Actor, by: User, role: Role) -> None:
    """Removes a role that nobody has, no open invitation names and nothing else of the account refers to."""
    with transaction.atomic(durable=True):
        _check_own(by, role)
        role = lock_role(role)
        if role.key:
            raise RoleFixed(name=role.name)
        invited = Invitation.objects.filter(
            place="account", place_id=role.account_id, role=role.pk.hex, status=InvitationStatus.PENDING
        )
        if invited.exists():
            raise RoleInUse(name=role.name)
        record(events.ROLE_DELETED, role, actor=actor, account_id=role.account_id, data={"name": role.name})
        try:
            role.delete()
        except ProtectedError as error:  # users, also those who left; and what higher floors keep roles for
            raise RoleInUse(name=role.name) from error


def lock_role(role: Role) -> Role:
    """The role as it is now, and until the commit; :class:`NotFound` when it was deleted meanwhile. A step."""
    locked = Role.objects.select_for_update().filter(pk=role.pk).first()
    if locked is None:
        raise NotFound
    return locked


def _check_own(by: User, role: Role) -> None:
    if role.account_id != by.account_id:
        raise NotFound
    check_can_now(by, Permission.ROLES_MANAGE)


def _of_accounts(permissions: Iterable[Permission]) -> frozenset[Permission]:
    wanted = frozenset(permissions)
    if not wanted <= ADMIN:
        raise Invalid(fields={"permissions": [_("Choose from the permissions of accounts.")]})
    return wanted


def _check_name(account_id: str, name: str, role: Role | None = None) -> str:
    name = name.strip()
    if not 1 <= len(name) <= _LONGEST_NAME or not name.isprintable():
        raise Invalid(fields={"name": [_("Write a name of 1 to 40 characters, like “Team lead”.")]})
    others = Role.objects.filter(account_id=account_id, name__iexact=name)
    if (others.exclude(pk=role.pk) if role else others).exists():
        raise RoleNameTaken(name=name)
    return name
