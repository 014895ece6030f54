"""What people change about themselves: their name, and the address that they sign in with."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from fondaco.accounts import events
from fondaco.accounts.errors import EmailLinkOver, EmailTaken, EmailUnreadable, NameMissing, SameEmail
from fondaco.accounts.models import Person
from fondaco.accounts.queries import find_pending_email
from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.kit import clock, deadlines
from fondaco.kit.rate import check_rate

LIFETIME: Final = timedelta(days=settings.ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS)
CHANGE_ENDS: Final = "email_change.ends"
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


def prove_email(person: Person) -> None:
    """Notes that the person's address is theirs: a mail, their company or who runs the machine said so. A step."""
    _free(person.email)
    EmailAddress.objects.filter(user=person, primary=True).exclude(email=person.email).delete()
    EmailAddress.objects.update_or_create(user=person, email=person.email, defaults={"verified": True, "primary": True})


def _free(email: str) -> None:
    """Takes the proof of an address from whoever has another one by now.

    A process of the version before, which ran beside this one, changed it in the person's row alone.
    """
    EmailAddress.objects.filter(email=email, verified=True).exclude(user__email=email).delete()


def request_email_change(*, actor: Actor, person: Person, email: str) -> EmailAddress:
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
    check_rate(f"email-change:{person.pk.hex}", limit=5, per=3600)  # each mails an address that somebody typed
    with transaction.atomic(durable=True):
        locked = Person.objects.select_for_update().get(pk=person.pk)
        others = EmailAddress.objects.filter(user=locked).exclude(email=locked.email, verified=True)
        others.delete()  # and with the one that waited, the link that was mailed before
        address = EmailAddress.objects.create(user=locked, email=email)
        deadlines.schedule(CHANGE_ENDS, subject_id=locked.pk.hex, due_at=clock.now() + LIFETIME)
        record(events.EMAIL_CHANGE_REQUESTED, locked, actor=actor, data={"from": locked.email, "to": email})
    return address


def withdraw_email_change(*, actor: Actor, person: Person) -> bool:
    """Takes a change back that nobody confirmed yet; False when there was none."""
    with transaction.atomic(durable=True):
        locked = Person.objects.select_for_update().get(pk=person.pk)
        return forget_email_change(actor=actor, person=locked)


def forget_email_change(*, actor: Actor, person: Person) -> bool:
    """The same as a step, for who holds the person's lock."""
    address = find_pending_email(person)
    if address is None:
        return False
    address.delete()
    deadlines.cancel(CHANGE_ENDS, subject_id=person.pk.hex)
    record(events.EMAIL_CHANGE_WITHDRAWN, person, actor=actor, data={"to": address.email})
    return True


@deadlines.handler(CHANGE_ENDS)
def end_email_change(subject_id: str, due_at: datetime) -> None:
    """Forgets a change that nobody confirmed in time; its link is as old and opens nothing either."""
    person = Person.objects.select_for_update().filter(pk=subject_id).first()
    if person is not None:
        forget_email_change(actor=Actor.system("sweeper"), person=person)


def confirm_email(*, actor: Actor, address: EmailAddress) -> Person:
    """Makes the address the one that counts. Its mail proved it, whoever's browser the link was opened in."""
    with transaction.atomic(durable=True):
        person = Person.objects.select_for_update().get(pk=address.user_id)
        current = EmailAddress.objects.filter(pk=address.pk, verified=False).first() if person.is_active else None
        if current is None:
            raise EmailLinkOver
        before, current.user = person.email, person
        is_change = current.email != before
        others = EmailAddress.objects.filter(user=person).exclude(pk=current.pk)
        try:
            with transaction.atomic():
                person.email = current.email
                person.save(update_fields=["email"])  # first, as where somebody joins: two orders would deadlock
                _free(current.email)
                (others if is_change else others.filter(verified=True)).delete()  # a change may still wait
                current.verified = True
                current.set_as_primary()
        except IntegrityError as error:  # what a person can meet: an address is one person's
            raise EmailTaken(email=current.email) from error
        if is_change:
            deadlines.cancel(CHANGE_ENDS, subject_id=person.pk.hex)
            record(events.EMAIL_CHANGED, person, actor=actor, data={"from": before, "to": person.email})
        else:
            record(events.EMAIL_PROVEN, person, actor=actor, data={"email": before})
    return person
