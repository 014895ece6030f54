"""People in an account: joining, changing role, leaving."""

from __future__ import annotations

from django.db import transaction

from fondaco.accounts import events
from fondaco.accounts.actions.roles import lock_role
from fondaco.accounts.errors import AlreadyHere
from fondaco.accounts.models import Account, Person, Role, User
from fondaco.accounts.policies import check_can_manage, check_may_give, check_not_last_admin
from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.kit.errors import NotFound


def add_user(*, actor: Actor, account: Account, person: Person, role: Role) -> User:
    """Gives ``person`` a seat in ``account``. A step; refuses a second seat."""
    if User.objects.filter(account=account, person=person).exists():
        raise AlreadyHere(email=person.email, place=account.company_name)
    user = User.objects.create(account=account, person=person, role=role)
    record(events.USER_ADDED, user, actor=actor, account_id=account.pk, data={"role": role.name, "name": person.name})
    return user


def change_user_role(*, actor: Actor, by: User, user: User, role: Role) -> User:
    """Gives ``user`` another role of the same account; the last administrator keeps theirs (T26).

    Nobody gives a role that allows more than their own, nor decides about who has one.
    """
    with transaction.atomic(durable=True):
        check_can_manage(by, user)
        if role.account_id != user.account_id:
            raise NotFound
        check_may_give(by, lock_role(role).granted)
        give_role(actor=actor, user=user, role=role)
    return user


def give_role(*, actor: Actor, user: User, role: Role) -> None:
    """Gives ``user`` another role; the last administrator keeps theirs (T26). A step."""
    if not role.is_admin:  # whatever the asker's page said the user is now: the check reads and locks
        check_not_last_admin(user)
    before, user.role = user.role.name, role
    user.save(update_fields=["role"])
    record(
        events.USER_ROLE_CHANGED,
        user,
        actor=actor,
        account_id=user.account_id,
        data={"from": before, "to": role.name, "name": user.person.name},
    )


def deactivate_user(*, actor: Actor, by: User, user: User) -> User:
    """Takes the seat away; what they did stays. The last administrator cannot go (T26)."""
    with transaction.atomic(durable=True):
        check_can_manage(by, user)
        end_seat(actor=actor, user=user)
    return user


def reactivate_user(*, actor: Actor, by: User, user: User) -> User:
    """Gives a deactivated user their seat back."""
    with transaction.atomic(durable=True):
        check_can_manage(by, user)
        restore_seat(actor=actor, user=user)
    return user


def end_seat(*, actor: Actor, user: User) -> None:
    """Deactivates a user unless they are the last administrator; one who has gone already is left alone. A step."""
    check_not_last_admin(user)
    if _switch(user, is_active=False):
        record(events.USER_DEACTIVATED, user, actor=actor, account_id=user.account_id, data={"name": user.person.name})


def restore_seat(*, actor: Actor, user: User) -> None:
    """Makes a deactivated user active again; one who is active is left alone. A step."""
    if _switch(user, is_active=True):
        record(events.USER_REACTIVATED, user, actor=actor, account_id=user.account_id, data={"name": user.person.name})


def _switch(user: User, *, is_active: bool) -> bool:
    """Whether this changed anything: of two people who click at once, one does it and one fact is recorded."""
    changed = User.objects.filter(pk=user.pk, is_active=not is_active).update(is_active=is_active)
    user.is_active = is_active
    return changed == 1
