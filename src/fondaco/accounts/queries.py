"""Reads of the accounts domain, always scoped to who asks."""

from __future__ import annotations

from uuid import UUID

from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.db.models import Count, F, Q, QuerySet

from fondaco.accounts import links
from fondaco.accounts.errors import InvitationOver, InvitationUnreadable
from fondaco.accounts.models import Account, Invitation, Operator, Person, Role, User
from fondaco.accounts.permissions import Permission
from fondaco.accounts.policies import check_can, check_operator_can
from fondaco.accounts.states import InvitationStatus
from fondaco.audit.models import Event
from fondaco.kit.errors import NotFound
from fondaco.kit.ids import is_short_id, parse_wire

_INVITATION = "invitation"


def list_users(account_id: str, *, only_active: bool = True) -> QuerySet[User]:
    """The people of an account, by name, with role and person loaded."""
    users = User.objects.filter(account_id=account_id).select_related("person", "role").order_by("person__name", "id")
    return users.filter(is_active=True) if only_active else users


def get_user(account_id: str, user_id: str) -> User:
    """One user of an account; anyone else's does not exist."""
    users = User.objects.filter(account_id=account_id, pk=user_id).select_related("person", "role", "account")
    user = users.first() if is_short_id(user_id) else None
    if user is None:
        raise NotFound
    return user


def find_user(person: Person, account_id: str) -> User:
    """The active seat of ``person`` in an account; without one the account does not exist for them."""
    users = User.objects.filter(account_id=account_id, person=person, is_active=True)
    user = users.select_related("person", "role", "account").first() if is_short_id(account_id) else None
    if user is None:
        raise NotFound
    return user


def list_roles(account_id: str) -> QuerySet[Role]:
    """The roles of an account, by name, with ``people``: how many active users have it."""
    roles = Role.objects.filter(account_id=account_id).order_by("name")
    return roles.annotate(people=Count("users", filter=Q(users__is_active=True)))


def list_holders(account_id: str, permission: Permission) -> QuerySet[User]:
    """The active users of an account who have ``permission``."""
    role = Q(role__key="admin") | Q(role__permissions__contains=[permission.value])
    return User.objects.filter(role, account_id=account_id, is_active=True)


def get_role(account_id: str, role_id: str) -> Role:
    """One role of an account, by wire id."""
    found = parse_wire(role_id)
    role = list_roles(account_id).filter(pk=found).first() if found else None
    if role is None:
        raise NotFound
    return role


def list_role_events(by: User, role: Role) -> QuerySet[Event]:
    """What happened to a role of one's own account, newest first."""
    check_can(by, Permission.ROLES_MANAGE)
    return Event.objects.filter(account_id=by.account_id, subject_type="role", subject_id=role.pk.hex).order_by("-id")


def get_account_by_name(name: str) -> Account:
    """The account with this slug."""
    account = Account.objects.filter(name=name).first()
    if account is None:
        raise NotFound
    return account


def list_accounts(by: Operator, *, text: str = "") -> QuerySet[Account]:
    """Every account by company, with ``seats`` (active users); ``text`` is part of its company or its name."""
    check_operator_can(by, Permission.OPERATOR_VIEW)
    accounts = Account.objects.annotate(seats=Count("users", filter=Q(users__is_active=True)))
    if text:
        accounts = accounts.filter(Q(company_name__icontains=text) | Q(name__icontains=text))
    return accounts.order_by("company_name", "id")


def get_account(by: Operator, account_id: str) -> Account:
    """Any account, by its id."""
    accounts = list_accounts(by).filter(pk=account_id)
    account = accounts.first() if is_short_id(account_id) else None
    if account is None:
        raise NotFound
    return account


def find_account(by: Operator, text: str) -> Account | None:
    """The account with this id or this name, if there is one."""
    return list_accounts(by).filter(Q(pk=text) | Q(name=text)).first()


def list_staff(by: Operator) -> QuerySet[Operator]:
    """The platform's own staff by name, also who left."""
    check_operator_can(by, Permission.OPERATOR_STAFF_MANAGE)
    return Operator.objects.select_related("person").order_by("-is_active", "person__name", "pk")


def get_staff(by: Operator, person_id: str) -> Operator:
    """One of them, by the wire id of the person."""
    found = parse_wire(person_id)
    operator = list_staff(by).filter(pk=found).first() if found else None
    if operator is None:
        raise NotFound
    return operator


def list_staff_invitations(by: Operator, *, only_open: bool = True) -> QuerySet[Invitation]:
    """Invitations to the staff, newest first; also those that are over, when asked for."""
    check_operator_can(by, Permission.OPERATOR_STAFF_MANAGE)
    return list_invitations_to("operator", "staff", only_open=only_open)


def get_staff_invitation(by: Operator, invitation_id: str) -> Invitation:
    """One of them, by wire id."""
    found = parse_wire(invitation_id)
    invitation = list_staff_invitations(by, only_open=False).filter(pk=found).first() if found else None
    if invitation is None:
        raise NotFound
    return invitation


def list_events(
    by: Operator, *, kind: str = "", account_id: str = "", partner_id: UUID | None = None
) -> QuerySet[Event]:
    """The audit trail of the whole house, newest first, for the platform's own staff."""
    check_operator_can(by, Permission.OPERATOR_VIEW)
    events = Event.objects.order_by("-id")
    if kind:
        events = events.filter(kind=kind)
    if account_id:
        events = events.filter(account_id=account_id)
    if partner_id:
        events = events.filter(partner_id=partner_id)
    return events


def list_invitations(account_id: str, *, only_open: bool = True) -> QuerySet[Invitation]:
    """Invitations to an account, newest first; also those that are over, when asked for."""
    return list_invitations_to("account", account_id, only_open=only_open)


def list_invitations_to(place: str, place_id: str, *, only_open: bool = True) -> QuerySet[Invitation]:
    """Invitations to any place, newest first. Open ones include those that are too old, until someone closes them."""
    found = Invitation.objects.filter(place=place, place_id=place_id).order_by("-created_at")
    return found.filter(status=InvitationStatus.PENDING) if only_open else found


def get_invitation(account_id: str, invitation_id: str) -> Invitation:
    """One invitation to an account, by wire id."""
    found = parse_wire(invitation_id)
    invitation = Invitation.objects.filter(place="account", place_id=account_id, pk=found).first() if found else None
    if invitation is None:
        raise NotFound
    return invitation


def invitation_token(invitation: Invitation) -> str:
    """What the mailed link carries."""
    return links.sign(_INVITATION, invitation.pk)


def find_invitation(token: str) -> Invitation:
    """The open invitation that a mailed link names."""
    invitation_id = links.read(_INVITATION, token)
    invitation = Invitation.objects.filter(pk=invitation_id).first() if invitation_id else None
    if invitation is None:
        raise InvitationUnreadable
    if invitation.status == InvitationStatus.ACCEPTED:
        place = f"{invitation.place}:{invitation.place_id}"
        raise InvitationOver(InvitationOver.accepted, accepted_by=invitation.accepted_by_id, place=place)
    if not invitation.is_open:
        raise InvitationOver
    return invitation


def find_invited(invitation: Invitation) -> Person | None:
    """Who has the invited address already, if anyone."""
    return Person.objects.filter(email=invitation.email).first()


def find_pending_email(person: Person) -> EmailAddress | None:
    """The address that the person wants instead of theirs and has not confirmed, if there is one."""
    waiting = EmailAddress.objects.filter(user=person, verified=False)
    return waiting.exclude(email=F("user__email")).order_by("pk").last()


def find_unproven_email(person_id: UUID) -> EmailAddress | None:
    """The address that the person is asked about: the one that they want, or the one that they have."""
    waiting = EmailAddress.objects.filter(user=person_id, user__is_active=True, verified=False)
    return waiting.select_related("user").order_by("pk").last()


def find_proven_email(person_id: UUID) -> EmailAddress | None:
    """The address that a person signs in with, if it is proven and they have not left."""
    proven = EmailAddress.objects.filter(user=person_id, user__is_active=True, email=F("user__email"), verified=True)
    return proven.select_related("user").first()


def confirmation_key(address: EmailAddress) -> str:
    """What the mailed link carries: allauth's signed key, good for ``ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS``."""
    return str(EmailConfirmationHMAC(address).key)
