"""Who a provider's statement is about: a person it knows already, one who confirms to be it, or someone new.

An account's administrators decide what their provider says. So its word makes somebody here only within that account:
it never turns into a person who belongs elsewhere, and a session that it opened is bound to the account.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from fondaco.accounts.actions import add_user, create_person, prove_email, withdraw
from fondaco.accounts.actions.users import give_role
from fondaco.accounts.errors import LastAdmin
from fondaco.accounts.models import Account, Invitation, Person, Role, User
from fondaco.accounts.queries import find_proven_email
from fondaco.accounts.states import InvitationStatus
from fondaco.audit.actor import Actor, ActorKind
from fondaco.audit.recording import record
from fondaco.identity import events
from fondaco.identity.federation.errors import (
    ConfirmationNeeded,
    DomainNotAllowed,
    EmailUnproven,
    NotTheSamePerson,
    RoleTooMuch,
    SeatEnded,
)
from fondaco.identity.federation.flow import Statement
from fondaco.identity.models import FederatedIdentity, IdentityProvider
from fondaco.kit import clock
from fondaco.kit.errors import DomainError


@dataclass(frozen=True, slots=True)
class _Known:
    identity: FederatedIdentity | None
    person: Person | None
    user: User | None

    def is_enough(self, provider: IdentityProvider) -> bool:
        """Whether the provider's word alone opens a session as this person, who is here already."""
        if self.identity is not None and self.identity.is_confirmed:
            return True
        return self.user is not None and provider.vouches(self.user.role)


def sign_in_stated(*, provider: IdentityProvider, statement: Statement, address: str = "") -> User:
    """The seat of whom the provider speaks of: made at the first time, with the role that fits each time.

    Raises a refusal; :class:`ConfirmationNeeded` when the person must show their password once. Whatever
    is refused changes nothing.
    """
    with transaction.atomic(durable=True):
        account = _lock(provider)
        known = _find(provider, statement)
        if known.identity is None:
            _check_address(provider, statement)
        if known.person is not None and not known.person.is_active:
            raise SeatEnded(account=account.company_name)
        if known.user is not None and not known.user.is_active:
            raise SeatEnded(account=account.company_name)
        if known.person is not None and not known.is_enough(provider):
            raise ConfirmationNeeded(email=known.person.email, provider=provider.name)
        person = known.person or create_person(
            actor=Actor.system("federation"), email=statement.email, name=statement.name
        )
        return _admit(provider, statement, person=person, known=known, address=address)


def connect(*, provider: IdentityProvider, statement: Statement, person: Person, address: str = "") -> User:
    """The same for a person who showed their password after :class:`ConfirmationNeeded`, and by that agreed."""
    with transaction.atomic(durable=True):
        account = _lock(provider)
        known = _find(provider, statement)
        if known.identity is None:
            _check_address(provider, statement)
        _check_is(provider, statement, known, person)
        if not person.is_active or (known.user is not None and not known.user.is_active):
            raise SeatEnded(account=account.company_name)
        user = _admit(provider, statement, person=person, known=known, address=address)
        FederatedIdentity.objects.filter(provider=provider, issuer=statement.issuer, subject=statement.subject).update(
            is_confirmed=True
        )
        return user


def check_is(*, provider: IdentityProvider, statement: Statement, person: Person) -> None:
    """Raises :class:`NotTheSamePerson` unless the statement is about this person, who is about to be asked."""
    _check_is(provider, statement, _find(provider, statement), person)


def record_refusal(*, provider: IdentityProvider, refusal: DomainError, address: str = "") -> None:
    """Keeps why a sign-in failed, so that the account's administrators see it. ``refusal`` holds no secret."""
    with transaction.atomic(durable=True):
        actor = Actor.anonymous(label="visitor", address=address)
        record(
            events.FEDERATION_REFUSED,
            provider,
            actor=actor,
            account_id=provider.account_id,
            data={"code": refusal.code, "reason": str(refusal)[:500]},
        )


def role_for(provider: IdentityProvider, statement: Statement) -> Role:
    """The role of the first mapping that fits, else the default one."""
    for mapping in provider.role_mappings.select_related("role"):
        if mapping.value in statement.values:
            return mapping.role
    return provider.default_role


def _lock(provider: IdentityProvider) -> Account:
    """People of one account change one after the other; so two first sign-ins of one person make one seat."""
    return Account.objects.select_for_update(no_key=True).get(pk=provider.account_id)


def _find(provider: IdentityProvider, statement: Statement) -> _Known:
    identity = (
        FederatedIdentity.objects.select_related("person")
        .filter(provider=provider, issuer=statement.issuer, subject=statement.subject)
        .first()
    )
    if identity is not None:
        person: Person | None = identity.person
    else:
        person = Person.objects.filter(email=statement.email).first() if statement.email else None
    user = (
        User.objects.select_related("role", "person", "account")
        .filter(account_id=provider.account_id, person=person)
        .first()
        if person
        else None
    )
    return _Known(identity, person, user)


def _check_is(provider: IdentityProvider, statement: Statement, known: _Known, person: Person) -> None:
    if known.person != person:
        email = known.person.email if known.person else statement.email
        raise NotTheSamePerson(mine=person.email, email=email, provider=provider.name)


def _check_address(provider: IdentityProvider, statement: Statement) -> None:
    if not statement.is_email_proven:
        raise EmailUnproven(provider=provider.name)
    domain = statement.email.rpartition("@")[2]
    if provider.allowed_domains and domain not in provider.allowed_domains:
        raise DomainNotAllowed(email=f"…@{domain}", account=provider.account.company_name)


def _admit(provider: IdentityProvider, statement: Statement, *, person: Person, known: _Known, address: str) -> User:
    actor = Actor(ActorKind.PERSON, id=person.pk.hex, label=person.name, address=address)
    identity = known.identity or _link(provider, statement, person, actor)
    if statement.is_email_proven and statement.email == person.email and find_proven_email(person.pk) is None:
        prove_email(person)
    FederatedIdentity.objects.filter(pk=identity.pk).update(last_used_at=clock.now())
    role = role_for(provider, statement)
    if known.user is None:
        _check_may_hand_out(provider, role)
        _close_invitations(provider, person)
        return add_user(actor=actor, account=provider.account, person=person, role=role)
    if provider.role_claim and provider.role_mappings.exists() and known.user.role_id != role.pk:
        _check_may_hand_out(provider, role)
        _change_role(provider, known.user, role)
    return known.user


def _check_may_hand_out(provider: IdentityProvider, role: Role) -> None:
    """Roles change after a provider was set up; whoever decides what it says gets nobody in who may do more."""
    if not provider.vouches(role):
        raise RoleTooMuch(role=role.name, account=provider.account.company_name)


def _link(provider: IdentityProvider, statement: Statement, person: Person, actor: Actor) -> FederatedIdentity:
    identity = FederatedIdentity.objects.create(
        provider=provider, issuer=statement.issuer, subject=statement.subject, person=person
    )
    record(
        events.FEDERATION_LINKED,
        identity,
        actor=actor,
        account_id=provider.account_id,
        data={"person": person.pk.hex, "name": person.name, "issuer": statement.issuer},
    )
    return identity


def _change_role(provider: IdentityProvider, user: User, role: Role) -> None:
    try:
        give_role(actor=Actor.system(provider.name), user=user, role=role)
    except LastAdmin:
        record(
            events.FEDERATION_ROLE_KEPT,
            user,
            actor=Actor.system(provider.name),
            account_id=user.account_id,
            data={"name": user.person.name, "kept": user.role.name, "stated": role.name},
        )


def _close_invitations(provider: IdentityProvider, person: Person) -> None:
    """Who came in this way needs no open invitation any more."""
    waiting = Invitation.objects.filter(
        place="account", place_id=provider.account_id, email=person.email, status=InvitationStatus.PENDING
    )
    for invitation in waiting:
        withdraw(actor=Actor.system("federation"), invitation=invitation)
