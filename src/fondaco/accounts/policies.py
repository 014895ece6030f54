"""Who may do what to an account and its people."""

from __future__ import annotations

from collections.abc import Iterable

from fondaco.accounts.errors import LastAdmin, MayNotGive
from fondaco.accounts.models import Account, Operator, Role, User
from fondaco.accounts.permissions import LABELS, Permission
from fondaco.kit.errors import Forbidden, NotFound


def check_can(by: User, permission: Permission) -> None:
    """Raises :class:`Forbidden` unless the user is active and their role gives ``permission``."""
    if not by.can(permission):
        raise Forbidden


def check_operator_can(by: Operator, permission: Permission) -> None:
    """Raises :class:`Forbidden` unless the operator has ``permission``."""
    if not by.can(permission):
        raise Forbidden


def check_can_now(by: User, permission: Permission) -> None:
    """The same by what the database says now, and until the commit: who was demoted a moment ago is refused.

    People and roles of one account change one after the other, because each change depends on what others hold.
    """
    Account.objects.select_for_update(no_key=True).only("pk").get(pk=by.account_id)
    by.refresh_from_db(fields=["role", "is_active"])
    check_can(by, permission)


def may_give(by: User, role: Role) -> bool:
    """Whether ``by`` may hand this role out, and decide about those who have it."""
    return role.granted <= by.permissions


def check_may_give(by: User, permissions: Iterable[Permission]) -> None:
    """Raises :class:`MayNotGive` unless ``by`` holds all of ``permissions``."""
    missing = sorted(set(permissions) - by.permissions)
    if missing:
        raise MayNotGive(missing=", ".join(str(LABELS[one]) for one in missing))


def check_can_manage(by: User, user: User) -> None:
    """``by`` may change ``user``: same account (else it does not exist for them), the permission, no higher rank."""
    if user.account_id != by.account_id:
        raise NotFound
    check_can_now(by, Permission.PEOPLE_MANAGE)
    user.refresh_from_db(fields=["role", "is_active"])
    check_may_give(by, user.role.granted)


def check_not_last_admin(user: User) -> None:
    """An account must keep one active administrator (T26). Locks the account's admins until the commit."""
    admins = list(
        User.objects.select_for_update(of=("self",))
        .filter(account_id=user.account_id, is_active=True, role__key="admin")
        .values_list("pk", flat=True)
    )
    if admins == [user.pk]:
        raise LastAdmin(name=user.person.name)
