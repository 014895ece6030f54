"""Who may do what to a partner."""

from __future__ import annotations

from fondaco.accounts.permissions import Permission
from fondaco.kit.errors import Forbidden, NotFound
from fondaco.partners.errors import LastOwner
from fondaco.partners.models import Member, MemberRole, Partner


def check_can(by: Member, permission: Permission) -> None:
    """Raises :class:`Forbidden` unless the member is active and their role gives ``permission``."""
    if not by.can(permission):
        raise Forbidden


def check_can_now(by: Member, permission: Permission) -> None:
    """The same by what the database says now, and until the commit: who was removed a moment ago is refused.

    The people of one partner change one after the other.
    """
    Partner.objects.select_for_update(no_key=True).only("pk").get(pk=by.partner_id)
    by.refresh_from_db(fields=["role", "is_active"])
    check_can(by, permission)


def check_can_manage(by: Member, member: Member) -> None:
    """``by`` may change ``member``: same partner (else it does not exist for them) and the permission. Reads both anew;
    who has left meanwhile does not exist either."""
    if member.partner_id != by.partner_id:
        raise NotFound
    check_can_now(by, Permission.PARTNER_MEMBERS_MANAGE)
    member.refresh_from_db(fields=["role", "is_active"])
    if not member.is_active:
        raise NotFound


def check_not_last_owner(member: Member) -> None:
    """A partner must keep one active owner. Locks the owners until the commit."""
    owners = list(
        Member.objects.select_for_update(of=("self",))
        .filter(partner_id=member.partner_id, is_active=True, role=MemberRole.OWNER)
        .values_list("pk", flat=True)
    )
    if owners == [member.pk]:
        raise LastOwner(name=member.person.name)
