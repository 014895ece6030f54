"""Creating accounts, people and operators. All are steps of a larger change."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from fondaco.accounts import events, permissions
from fondaco.accounts.actions.people import prove_email
from fondaco.accounts.errors import AccountNameTaken, JoinedMeanwhile
from fondaco.accounts.models import Account, Operator, Person, Role
from fondaco.audit.actor import Actor
from fondaco.audit.recording import record


def create_account(
    *,
    actor: Actor,
    name: str,
    company_name: str,
    timezone: str = "UTC",
    is_sandbox: bool = False,
    features: Iterable[str] = (),
) -> Account:
    """Creates an account with the three roles that every account begins with. ``name`` is its slug on the wire."""
    try:
        with transaction.atomic():
            account = Account.objects.create(
                name=name, company_name=company_name, timezone=timezone, is_sandbox=is_sandbox, features=list(features)
            )
    except IntegrityError as error:
        raise AccountNameTaken(name=name) from error
    Role.objects.bulk_create(
        Role(account=account, key=key, name=title, permissions=sorted(granted))
        for key, title, granted in (
            ("admin", _("Admin"), permissions.ADMIN),
            ("supervisor", _("Supervisor"), permissions.SUPERVISOR),
            ("agent", _("Agent"), permissions.AGENT),
        )
    )
    record(events.ACCOUNT_CREATED, account, actor=actor, account_id=account.pk, data={"name": name})
    return account


def create_person(*, actor: Actor, email: str, name: str, password: str | None = None) -> Person:
    """Creates someone whose address is proven; without a password they cannot sign in until they set one. A step.

    Raises :class:`JoinedMeanwhile` when the address is somebody's since it was looked up.
    """
    person = Person(email=email.lower(), name=name)
    person.set_password(password)
    try:
        with transaction.atomic():
            person.save()
            prove_email(person)
    except IntegrityError as error:  # the one constraint that a person can meet: an address is one person's
        raise JoinedMeanwhile(email=person.email) from error
    return person


def appoint_operator(*, actor: Actor, person: Person, roles: Iterable[permissions.OperatorRole]) -> Operator:
    """Makes a person staff of the platform, with these responsibilities."""
    operator, _created = Operator.objects.update_or_create(
        person=person, defaults={"roles": [role.value for role in roles], "is_active": True}
    )
    record(events.OPERATOR_APPOINTED, operator, actor=actor, data={"roles": operator.roles})
    return operator
