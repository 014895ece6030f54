"""Accounts, people, seats and operators."""

from __future__ import annotations

import time
from itertools import count

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.db import transaction

from fondaco.accounts.actions import appoint_operator, create_account, prove_email
from fondaco.accounts.models import Account, Operator, Person, Role, User
from fondaco.accounts.permissions import OperatorRole, Permission
from fondaco.audit.actor import Actor, ActorKind
from fondaco.identity.factors import seal_text

SYSTEM = Actor.system("tests")
PASSWORD = "correct-horse-battery"
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
_numbers = count(1)


def make_person(name: str = "Ada Adler", *, email: str = "", password: str = "") -> Person:
    """Someone who can sign in; the address is made from the name, unique and proven. Hashing costs time: ask for it."""
    address = email or f"{name.split(maxsplit=1)[0].lower()}.{next(_numbers)}@people.example"
    person = Person(email=address, name=name)
    person.set_password(password or None)
    person.save()
    prove_email(person)
    return person


def make_account(name: str = "", *, company_name: str = "Harbour Bank", is_sandbox: bool = False) -> Account:
    """A customer account with its three roles."""
    slug = name or f"harbour-{next(_numbers)}"
    with transaction.atomic():
        return create_account(actor=SYSTEM, name=slug, company_name=company_name, is_sandbox=is_sandbox)


def make_role(account: Account, *permissions: Permission, name: str = "") -> Role:
    """A role of the account's own."""
    return Role.objects.create(
        account=account, name=name or f"Role {next(_numbers)}", permissions=sorted(one.value for one in permissions)
    )


def make_user(account: Account | None = None, *, role: str | Role = "admin", person: Person | None = None) -> User:
    """A seat; ``role`` is ``admin``, ``supervisor``, ``agent``, or a role that was made."""
    account = account or make_account()
    names = {"admin": "Ada Adler", "supervisor": "Samir Sol", "agent": "Agnes Ahl"}
    found = role if isinstance(role, Role) else account.roles.get(key=role)
    return User.objects.create(
        account=account, person=person or make_person(names.get(found.key, "Cora Custom")), role=found
    )


def make_operator(*roles: OperatorRole, person: Person | None = None, has_factor: bool = True) -> Operator:
    """Staff with these roles; all of them when none is named. They have an authenticator app, as they must."""
    person = person or make_person("Jon Okafor")
    if has_factor:
        make_factor(person)
    with transaction.atomic():
        return appoint_operator(actor=SYSTEM, person=person, roles=roles or tuple(OperatorRole))


def make_factor(person: Person, secret: str = TOTP_SECRET) -> Authenticator:
    """An authenticator app that the tests hold the secret of; one that is there already is kept."""
    found, _is_new = Authenticator.objects.get_or_create(
        user=person, type=Authenticator.Type.TOTP, defaults={"data": {"secret": seal_text(secret)}}
    )
    return found


def code_of(secret: str = TOTP_SECRET, *, steps: int = 0) -> str:
    """What the app shows now, or ``steps`` half minutes from now."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps)))


def actor_for(person: Person) -> Actor:
    """The person as the cause of a change."""
    return Actor(ActorKind.PERSON, id=person.pk.hex, label=person.name, address="192.0.2.7")
