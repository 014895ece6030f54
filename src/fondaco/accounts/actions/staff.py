"""The platform's own staff: appointing, giving other responsibilities, letting go."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from fondaco.accounts import events
from fondaco.accounts.actions.accounts import appoint_operator
from fondaco.accounts.actions.invitations import check_resend_rate, invite, resend, withdraw
from fondaco.accounts.errors import AlreadyHere, LastStaffManager, NotOneself, RoleNotHeld
from fondaco.accounts.models import Invitation, Operator, Person
from fondaco.accounts.permissions import OPERATOR_ROLES, OperatorRole, Permission
from fondaco.accounts.policies import check_operator_can
from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.kit.errors import Invalid, NotFound

STAFF_PLACE: Final = "staff"  # the one place of the kind ``operator``


def appoint_staff(
    *, actor: Actor, by: Operator, email: str, name: str, roles: Iterable[OperatorRole]
) -> Operator | Invitation:
    """Makes the person with this address staff, at once when they have a login, else by a mailed invitation.

    Only with responsibilities that ``by`` has. Who left comes back with exactly these.
    """
    with transaction.atomic(durable=True):
        _check_can_now(by)
        wanted = _check_roles(roles)
        _check_held(by, wanted)
        person = Person.objects.filter(email=email.lower()).first()
        if Operator.objects.filter(person=person, is_active=True).exists():
            raise AlreadyHere(email=email, place=settings.PLATFORM_NAME)
        if person is not None and person.is_active and person.has_usable_password():
            return appoint_operator(actor=actor, person=person, roles=wanted)
        return invite(
            actor=actor,
            email=email,
            name=name,
            place="operator",
            place_id=STAFF_PLACE,
            place_name=settings.PLATFORM_NAME,
            role=",".join(role.value for role in wanted),
            invited_by=by.person.name,
        )


def change_staff_roles(*, actor: Actor, by: Operator, operator: Operator, roles: Iterable[OperatorRole]) -> Operator:
    """Gives ``operator`` exactly these responsibilities, of which ``by`` must have what is new.

    Someone keeps the one that decides about staff.
    """
    with transaction.atomic(durable=True):
        _check_can_now(by)
        operator.refresh_from_db(fields=["roles", "is_active"])
        if not operator.is_active:
            raise NotFound
        wanted, before = _check_roles(roles), list(operator.roles)
        _check_held(by, [role for role in wanted if role.value not in before])
        if not any(Permission.OPERATOR_STAFF_MANAGE in OPERATOR_ROLES[role] for role in wanted):
            _check_not_last_manager(operator)
        operator.roles = [role.value for role in wanted]
        if set(before) != set(operator.roles):
            operator.save(update_fields=["roles"])
            record(
                events.OPERATOR_ROLES_CHANGED,
                operator,
                actor=actor,
                data={"name": operator.person.name, "from": before, "to": operator.roles},
            )
    return operator


def deactivate_operator(*, actor: Actor, by: Operator, operator: Operator) -> Operator:
    """Takes the post away; what they did stays. Not one's own, nor that of the last who decides about staff."""
    with transaction.atomic(durable=True):
        _check_can_now(by)
        if operator.pk == by.pk:
            raise NotOneself
        operator.refresh_from_db(fields=["roles", "is_active"])
        if operator.is_active:
            _check_not_last_manager(operator)
            operator.is_active = False
            operator.save(update_fields=["is_active"])
            record(events.OPERATOR_DEACTIVATED, operator, actor=actor, data={"name": operator.person.name})
    return operator


def withdraw_staff_invitation(*, actor: Actor, by: Operator, invitation: Invitation) -> Invitation:
    """Takes an unanswered invitation to the staff back."""
    with transaction.atomic(durable=True):
        _check_ours(invitation)
        _check_can_now(by)
        withdraw(actor=actor, invitation=invitation)
    return invitation


def resend_staff_invitation(*, actor: Actor, by: Operator, invitation: Invitation) -> Invitation:
    """Mails an unanswered or expired invitation to the staff again, with a new term."""
    check_resend_rate(invitation)
    with transaction.atomic(durable=True):
        _check_ours(invitation)
        _check_can_now(by)
        _check_held(by, map(OperatorRole, invitation.role.split(",")))
        if Operator.objects.filter(person__email=invitation.email, is_active=True).exists():
            raise AlreadyHere(email=invitation.email, place=settings.PLATFORM_NAME)
        return resend(actor=actor, invitation=invitation, invited_by=by.person.name)


def _check_can_now(by: Operator) -> None:
    """By what the database says now: staff changes one after the other, and who left a moment ago decides nothing."""
    list(Operator.objects.select_for_update(of=("self",)).order_by("pk").values_list("pk"))
    by.refresh_from_db(fields=["roles", "is_active"])
    check_operator_can(by, Permission.OPERATOR_STAFF_MANAGE)


def _check_ours(invitation: Invitation) -> None:
    if invitation.place != "operator":
        raise NotFound


def _check_roles(roles: Iterable[OperatorRole]) -> list[OperatorRole]:
    wanted = set(roles)
    if not wanted:
        raise Invalid(fields={"roles": [_("Choose at least one responsibility.")]})
    return [role for role in OperatorRole if role in wanted]


def _check_held(by: Operator, roles: Iterable[OperatorRole]) -> None:
    missing = [role.value for role in roles if role.value not in by.roles]
    if missing:
        raise RoleNotHeld(roles=", ".join(missing))


def _check_not_last_manager(operator: Operator) -> None:
    managing = [role.value for role, held in OPERATOR_ROLES.items() if Permission.OPERATOR_STAFF_MANAGE in held]
    managers = Operator.objects.filter(is_active=True, roles__overlap=managing)
    if list(managers.values_list("pk", flat=True)) == [operator.pk]:
        raise LastStaffManager(name=operator.person.name)
