"""Who may do what to an account and its people."""

from __future__ import annotations

from fondaco.accounts.errors import LastAdmin
from fondaco.accounts.models import Operator, User
from fondaco.accounts.permissions import Permission
from fondaco.kit.errors import Forbidden, NotFound


def check_can(by: User, permission: Permission) -> None:
    """Raises :class:`Forbidden` unless the user is active and their role gives ``permission``."""
    if not by.can(permission):
        raise Forbidden


def check_operator_can(by: Operator, permission: Permission) -> None:
    """Raises :class:`Forbidden` unless the operator has ``permission``."""
    if not by.can(permission):
        raise Forbidden


def check_can_manage(by: User, user: User) -> None:
    """``by`` may change ``user``: same account (else it does not exist for them) and the permission."""
    if user.account_id != by.account_id:
        raise NotFound
    check_can(by, Permission.PEOPLE_MANAGE)


def check_not_last_admin(user: User) -> None:
    """An account must keep one active administrator (T26). Locks the account's admins until the commit."""
    admins = list(
        User.objects.select_for_update(of=("self",))
        .filter(account_id=user.account_id, is_active=True, role__key="admin")
        .values_list("pk", flat=True)
    )
    if admins == [user.pk]:
        raise LastAdmin(name=user.person.name)
