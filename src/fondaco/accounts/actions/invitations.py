"""Invitations: mailed, signed links that let a person join a place and prove their address by doing so."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from fondaco.accounts import events
from fondaco.accounts.actions.accounts import appoint_operator, create_person
from fondaco.accounts.actions.people import prove_email
from fondaco.accounts.actions.roles import lock_role
from fondaco.accounts.actions.users import add_user
from fondaco.accounts.errors import AlreadyHere, AlreadyInvited, InvitationOver, JoinedMeanwhile, PasswordTooWeak
from fondaco.accounts.models import Account, Invitation, Person, Role, User
from fondaco.accounts.permissions import OperatorRole, Permission
from fondaco.accounts.policies import check_can, check_can_now, check_may_give
from fondaco.accounts.states import InvitationStatus
from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.audit.status import transition
from fondaco.kit import clock, deadlines
from fondaco.kit.errors import NotFound
from fondaco.kit.rate import check_rate

LIFETIME: Final = timedelta(days=14)
EXPIRES: Final = "invitation.expires"
_MOST: Final = 100  # at once, and then as many in an hour, from one place: they go to addresses that somebody typed
_MOST_AGAIN: Final = 5  # to one address: at once, and then as many in an hour


def invite(
    *, actor: Actor, email: str, name: str, place: str, place_id: str, place_name: str, role: str, invited_by: str
) -> Invitation:
    """Invites ``email`` to a place, once at a time; the mail follows from the recorded fact. A step."""
    try:
        with transaction.atomic():
            invitation = Invitation.objects.create(
                email=email.lower(),
                name=name,
                place=place,
                place_id=place_id,
                place_name=place_name,
                role=role,
                invited_by=invited_by,
                expires_at=clock.now() + LIFETIME,
            )
    except IntegrityError as error:  # the one constraint that a person can meet: one open invitation
        raise AlreadyInvited(email=email) from error
    deadlines.schedule(EXPIRES, subject_id=invitation.pk.hex, due_at=invitation.expires_at)
    record(events.INVITATION_SENT, invitation, actor=actor, data={"email": email}, **invitation.audit_scope())
    return invitation


def check_pace(place_id: str) -> None:
    """Raises ``TooMany`` when a place invites faster than a company could. Not within a transaction."""
    check_rate(f"invite:{place_id}", limit=_MOST, per=3600)


def invite_user(*, actor: Actor, by: User, account: Account, email: str, name: str, role: Role) -> Invitation:
    """Invites someone to the inviting user's own account."""
    check_pace(by.account_id)
    with transaction.atomic(durable=True):
        if by.account_id != account.pk or role.account_id != account.pk:
            raise NotFound
        check_can_now(by, Permission.PEOPLE_MANAGE)
        check_may_give(by, lock_role(role).granted)
        if User.objects.filter(account=account, person__email__iexact=email).exists():
            raise AlreadyHere(email=email, place=account.company_name)
        return invite(
            actor=actor,
            email=email,
            name=name,
            place="account",
            place_id=account.pk,
            place_name=account.company_name,
            role=role.pk.hex,
            invited_by=by.person.name,
        )


def accept_invitation(*, actor: Actor, invitation: Invitation, name: str = "", password: str = "") -> Person:
    """Lets the invited person in.

    Who has no login yet gets one with ``name`` and ``password``; who has one gives neither, keeps it, and must have
    signed in first, which the surface sees to. Higher packages add the place by projecting ``invitation.accepted``.
    """
    with transaction.atomic(durable=True):
        locked = Invitation.objects.select_for_update().get(pk=invitation.pk)
        if not locked.is_open:
            raise InvitationOver
        person = Person.objects.select_for_update().filter(email=locked.email).first()
        if person is None:
            person = create_person(actor=actor, email=locked.email, name=name or locked.name)
        elif password and person.has_usable_password():  # it was not theirs when the surface looked
            raise JoinedMeanwhile(email=locked.email)
        prove_email(person)  # the link came to it
        if not person.has_usable_password():
            _set_password(person, password)
            _take_name(actor, person, name)
        locked.accepted_by = person
        locked.save(update_fields=["accepted_by"])
        if locked.place == "operator":
            appoint_operator(actor=actor, person=person, roles=map(OperatorRole, locked.role.split(",")))
        if locked.place == "account":
            role = Role.objects.select_related("account").get(pk=locked.role, account_id=locked.place_id)
            add_user(actor=actor, account=role.account, person=person, role=role)
        transition(locked, InvitationStatus.ACCEPTED, actor=actor, data={"email": locked.email})
        deadlines.cancel(EXPIRES, subject_id=locked.pk.hex)
    return person


def withdraw_invitation(*, actor: Actor, by: User, invitation: Invitation) -> Invitation:
    """Takes an unanswered invitation to the user's own account back."""
    with transaction.atomic(durable=True):
        if invitation.place != "account" or invitation.place_id != by.account_id:
            raise NotFound
        check_can(by, Permission.PEOPLE_MANAGE)
        withdraw(actor=actor, invitation=invitation)
    return invitation


def resend_invitation(*, actor: Actor, by: User, invitation: Invitation) -> Invitation:
    """Mails an unanswered or expired invitation to the user's own account again, with a new term."""
    check_resend_rate(invitation)
    with transaction.atomic(durable=True):
        if invitation.place != "account" or invitation.place_id != by.account_id:
            raise NotFound
        check_can_now(by, Permission.PEOPLE_MANAGE)
        role = Role.objects.filter(pk=invitation.role, account_id=by.account_id).first()
        if role is None:
            raise NotFound
        check_may_give(by, role.granted)
        if User.objects.filter(account_id=by.account_id, person__email__iexact=invitation.email).exists():
            raise AlreadyHere(email=invitation.email, place=invitation.place_name)
        return resend(actor=actor, invitation=invitation, invited_by=by.person.name)


def check_resend_rate(invitation: Invitation) -> None:
    """An address is mailed again only so often, whoever asks for it. Call it outside a transaction."""
    check_rate(f"resend:{invitation.email}"[:200], limit=_MOST_AGAIN, per=3600)


def resend(*, actor: Actor, invitation: Invitation, invited_by: str) -> Invitation:
    """Gives an open invitation a new term and mails it again; of an expired one it makes a new one. A step.

    The link of an open one stays the same, so the older mail works, too. Raises :class:`InvitationOver` for one that
    was accepted or taken back.
    """
    locked = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if locked.standing == InvitationStatus.EXPIRED:
        if locked.status == InvitationStatus.PENDING:  # too old, but nobody closed it yet
            transition(locked, InvitationStatus.EXPIRED, actor=Actor.system("sweeper"))
            deadlines.cancel(EXPIRES, subject_id=locked.pk.hex)
        return invite(
            actor=actor,
            email=locked.email,
            name=locked.name,
            place=locked.place,
            place_id=locked.place_id,
            place_name=locked.place_name,
            role=locked.role,
            invited_by=invited_by,
        )
    if locked.status != InvitationStatus.PENDING:
        raise InvitationOver
    locked.expires_at = clock.now() + LIFETIME
    locked.save(update_fields=["expires_at"])
    deadlines.schedule(EXPIRES, subject_id=locked.pk.hex, due_at=locked.expires_at)
    record(events.INVITATION_SENT, locked, actor=actor, data={"email": locked.email}, **locked.audit_scope())
    return locked


def withdraw(*, actor: Actor, invitation: Invitation) -> None:
    """Takes an unanswered invitation to any place back; the link in the mail opens nothing any more. A step."""
    transition(invitation, InvitationStatus.WITHDRAWN, actor=actor)
    deadlines.cancel(EXPIRES, subject_id=invitation.pk.hex)


@deadlines.handler(EXPIRES)
def expire_invitation(subject_id: str, due_at: datetime) -> None:
    """Closes an invitation that nobody answered in time."""
    invitation = Invitation.objects.filter(pk=subject_id).first()
    if invitation is None or invitation.is_open:  # sent again meanwhile, with a deadline of its own
        return
    if invitation.status == InvitationStatus.PENDING:
        transition(invitation, InvitationStatus.EXPIRED, actor=Actor.system("sweeper"))


def _take_name(actor: Actor, person: Person, name: str) -> None:
    """As they write it themselves. Until now it was what a company's provider said about them."""
    before, name = person.name, name.strip()
    if name and name != before:
        person.name = name
        person.save(update_fields=["name"])
        record(events.PERSON_RENAMED, person, actor=actor, data={"from": before, "to": name})


def _set_password(person: Person, password: str) -> None:
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise PasswordTooWeak(fields={"password": list(error.messages)}) from error
    person.set_password(password)
    person.save(update_fields=["password"])
