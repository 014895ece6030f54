"""What whoever runs the machine does before anyone can sign in: the first operators, and customers' accounts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from fondaco.accounts.actions.accounts import appoint_operator, create_account, create_person
from fondaco.accounts.actions.invitations import invite
from fondaco.accounts.actions.people import prove_email
from fondaco.accounts.models import Invitation, Operator, Person
from fondaco.accounts.permissions import OperatorRole
from fondaco.audit.actor import Actor
from fondaco.kit.errors import Invalid

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{1,38}[a-z0-9]")


def admit_operator(*, actor: Actor, email: str, name: str, roles: Iterable[OperatorRole]) -> Operator:
    """Makes the person with this address staff, with exactly these roles; who has no login yet gets one to finish.

    Whoever runs the machine vouches for the address: before there is a mail server, nobody could prove one.
    """
    with transaction.atomic(durable=True):
        person = Person.objects.filter(email__iexact=email).first() or create_person(
            actor=actor, email=email, name=name or email
        )
        prove_email(person)
        return appoint_operator(actor=actor, person=person, roles=roles)


def open_account(
    *, actor: Actor, name: str, company_name: str, timezone: str, admin_email: str, admin_name: str = ""
) -> Invitation:
    """Creates a customer's account and invites its first administrator.

    Raises ``Invalid`` with every entry that cannot be used, or ``AccountNameTaken``.
    """
    _check(name=name, timezone=timezone, admin_email=admin_email)
    with transaction.atomic(durable=True):
        account = create_account(actor=actor, name=name, company_name=company_name, timezone=timezone)
        return invite(
            actor=actor,
            email=admin_email,
            name=admin_name,
            place="account",
            place_id=account.pk,
            place_name=account.company_name,
            role=account.roles.get(key="admin").pk.hex,
            invited_by=actor.label,
        )


def _check(*, name: str, timezone: str, admin_email: str) -> None:
    problems = {}
    if not _NAME.fullmatch(name):
        problems["name"] = [_("Use 3 to 40 small letters, digits and hyphens; it becomes part of addresses.")]
    if timezone not in available_timezones():
        problems["timezone"] = [_("Name a time zone like Europe/Lisbon.")]
    try:
        validate_email(admin_email)
    except ValidationError:
        problems["admin_email"] = [_("Write an e-mail address like ana@company.example.")]
    if problems:
        raise Invalid(fields=problems)
