"""What people change about themselves: their name, and the address that they sign in with."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from fondaco.accounts import events
from fondaco.accounts.errors import EmailChangeOver, EmailTaken, EmailUnreadable, NameMissing, SameEmail
from fondaco.accounts.models import EmailChange, Person
from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.kit import clock

LIFETIME: Final = timedelta(days=1)
_NAME_LENGTH: Final = 100
_EMAIL_LENGTH: Final = 254


def rename_person(*, actor: Actor, person: Person, name: str) -> Person:
    """Changes how others see the person's name."""
    name = " ".join(name.split())
    if not 1 <= len(name) <= _NAME_LENGTH or not name.isprintable():
        raise NameMissing(fields={"name": [str(NameMissing.message)]})
    with transaction.atomic(durable=True):
        locked = Person.objects.select_for_update().get(pk=person.pk)
        before = locked.name
        if before != name:
            locked.name = person.name = name
            locked.save(update_fields=["name"])
            record(events.PERSON_RENAMED, locked, actor=actor, data={"from": before, "to": name})
    return locked


def request_email_change(*, actor: Actor, person: Person, email: str) -> EmailChange:
    """Asks the new address whether it is theirs; the old one goes on working until then, and is told.

    Whether somebody else has the address is not said here, where it could be asked about anybody.
    """
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        email = ""
    if not email or len(email) > _EMAIL_LENGTH:
        raise EmailUnreadable(fields={"email": [str(EmailUnreadable.message)]})
    if email == person.email:
        raise SameEmail(fields={"email": [str(SameEmail.message)]})
    with transaction.atomic(durable=True):
        locked = Person.objects.select_for_update().get(pk=person.pk)
        EmailChange.objects.filter(person=locked).delete()  # and with it the link that was mailed before
        change = EmailChange.objects.create(person=locked, email=email, expires_at=clock.now() + LIFETIME)
        data = {"from": locked.email, "to": email, "change": change.pk.hex}
        record(events.EMAIL_CHANGE_REQUESTED, locked, actor=actor, data=data)
    return change


def withdraw_email_change(*, actor: Actor, person: Person) -> bool:
    """Takes a change back that nobody confirmed yet; False when there was none."""
    with transaction.atomic(durable=True):
        locked = Person.objects.select_for_update().get(pk=person.pk)
        return forget_email_change(actor=actor, person=locked)


def forget_email_change(*, actor: Actor, person: Person) -> bool:
    """The same as a step, for who holds the person's lock."""
    change = EmailChange.objects.filter(person=person).first()
    if change is None:
        return False
    change.delete()
    record(events.EMAIL_CHANGE_WITHDRAWN, person, actor=actor, data={"to": change.email})
    return True


def confirm_email_change(*, actor: Actor, change: EmailChange) -> Person:
    """Makes the new address the one that counts. Its mail proved it, whoever's browser the link was opened in."""
    with transaction.atomic(durable=True):
        person = Person.objects.select_for_update().get(pk=change.person_id)
        current = EmailChange.objects.filter(pk=change.pk, expires_at__gt=clock.now()).first()
        if current is None:
            raise EmailChangeOver
        before, person.email = person.email, current.email
        try:
            with transaction.atomic():
                person.save(update_fields=["email"])
        except IntegrityError as error:  # the one constraint that a person can meet: an address is one person's
            raise EmailTaken(email=current.email) from error
        current.delete()
        record(events.EMAIL_CHANGED, person, actor=actor, data={"from": before, "to": person.email})
    return person
