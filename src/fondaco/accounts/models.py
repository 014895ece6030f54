"""Accounts, the people in them, and what their roles allow.

A *person* signs in, once, with one address. A *user* is that person's seat in one account; its id is what the wire
calls a user id. A person may hold seats in several accounts, be a member of partners, and be an operator.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower

from fondaco.accounts.permissions import ADMIN, OPERATOR_ROLES, OperatorRole, Permission, narrow
from fondaco.accounts.states import INVITATION, InvitationStatus
from fondaco.audit.status import Stateful
from fondaco.kit import clock
from fondaco.kit.fields import IdField, ShortIdField

REVIEWS: Final = "reviews"  # a feature of accounts, see Account.is_for_reviews
PLATFORM: Final = "platform"  # the feature of the one account that the operator's own programs belong to


class PersonManager(BaseUserManager["Person"]):
    """Finds people by address, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> Person:
        return self.get(email=(username or "").lower())


class Person(AbstractBaseUser):
    """Someone who can sign in. ``email`` is kept in lower case, so that it is found by its index.

    That it is theirs, and which other address they want, is a row of allauth's ``EmailAddress``: the one that is
    ``primary`` says the same address, and only who has it ``verified`` signs in with a password.
    """

    id = IdField()
    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=100)
    language = models.CharField(max_length=10, default="en")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects: ClassVar[PersonManager] = PersonManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="person_email_unique")]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def initials(self) -> str:
        """One or two letters for the round picture."""
        words = (self.name or self.email).split()
        return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


class Account(models.Model):
    """A customer of the platform, or a partner's developer account (``is_sandbox``)."""

    id = ShortIdField()
    name = models.SlugField(max_length=40, unique=True)  # ``account_name`` on the wire, part of the issuer's address
    company_name = models.CharField(max_length=120)
    timezone = models.CharField(max_length=60, default="UTC")
    is_sandbox = models.BooleanField(default=False)
    features = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    def __str__(self) -> str:
        return self.company_name

    def has_feature(self, feature: str) -> bool:
        """Whether the operator switched ``feature`` on for this account, e.g. ``force_uninstall``."""
        return feature in self.features

    @property
    def is_for_reviews(self) -> bool:
        """Whether this is the platform's own account in which reviewers install what they review, at any state."""
        return self.has_feature(REVIEWS)


class Role(models.Model):
    """A named set of permissions in one account. ``key`` is set for the three that every account begins with.

    ``revision`` grows with every save, so that two editors notice each other. What a role allows is ``granted``: of
    Admin, ``permissions`` says nothing, because it always has all there are.
    """

    id = IdField()
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="roles")
    name = models.CharField(max_length=40)
    key = models.CharField(max_length=20, blank=True)
    permissions = ArrayField(models.CharField(max_length=40), default=list)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "name"], name="role_name_unique"),
            models.UniqueConstraint(fields=["account", "key"], condition=~models.Q(key=""), name="role_key_unique"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_admin(self) -> bool:
        """Whether this is the role that always has every permission of the account and cannot be changed."""
        return self.key == "admin"

    @property
    def granted(self) -> frozenset[Permission]:
        """What holders of this role may do. A name that no permission has any more allows nothing."""
        return ADMIN if self.is_admin else frozenset(one for one in ADMIN if one.value in self.permissions)

    def allows(self, permission: Permission) -> bool:
        """Whether holders of this role have ``permission``."""
        return permission in self.granted


class User(models.Model):
    """A person's seat in an account."""

    id = ShortIdField()
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="users")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="users")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="users")
    is_active = models.BooleanField(default=True)
    extension = models.PositiveIntegerField(null=True, blank=True)
    external_phone_number = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    narrowed_to: frozenset[str] | None = None  # what a personal access token leaves of it; never stored

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "person"], name="user_once_per_account")]

    def __str__(self) -> str:
        return self.person.name

    @property
    def permissions(self) -> frozenset[Permission]:
        """What this user may do: nothing once deactivated."""
        given = self.role.granted if self.is_active else frozenset()
        return narrow(given, self.narrowed_to)

    def can(self, permission: Permission) -> bool:
        """Whether this user is active and their role gives ``permission``."""
        return permission in self.permissions


class Operator(models.Model):
    """A person on the platform's own staff."""

    person = models.OneToOneField(Person, on_delete=models.PROTECT, primary_key=True, related_name="operator")
    roles = ArrayField(models.CharField(max_length=30), default=list)
    is_active = models.BooleanField(default=True)

    narrowed_to: frozenset[str] | None = None  # what a personal access token leaves of it; never stored

    def __str__(self) -> str:
        return self.person.name

    @property
    def permissions(self) -> frozenset[Permission]:
        """What all roles of this operator together allow."""
        if not self.is_active:
            return frozenset()
        given = frozenset[Permission]().union(*(OPERATOR_ROLES[OperatorRole(role)] for role in self.roles))
        return narrow(given, self.narrowed_to)

    def can(self, permission: Permission) -> bool:
        """Whether this operator is active and one of their roles gives ``permission``."""
        return permission in self.permissions


class Invitation(Stateful):
    """An offer, mailed to an address, to join a place.

    ``place`` is ``account``, ``operator`` (then ``role`` names responsibilities, separated by commas), or a kind that a
    higher package answers for (``partner``) by projecting ``invitation.accepted``. The link in the mail is signed, not
    stored, so no secret lies in the table or the queue.
    """

    MACHINE = INVITATION

    id = IdField()
    email = models.EmailField()
    name = models.CharField(max_length=100, blank=True)
    place = models.CharField(max_length=10)
    place_id = models.CharField(max_length=32)
    place_name = models.CharField(max_length=120)
    role = models.CharField(max_length=100)
    invited_by = models.CharField(max_length=200)
    expires_at = models.DateTimeField()
    accepted_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    status = INVITATION.column()

    class Meta:
        constraints = [
            INVITATION.constraint("invitation_status"),
            models.UniqueConstraint(
                fields=["place", "place_id", "email"], condition=models.Q(status="pending"), name="invitation_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} → {self.place_name}"

    @property
    def is_open(self) -> bool:
        """Whether its link still lets someone in; the sweeper may not have closed one that is too old yet."""
        return self.status == InvitationStatus.PENDING and self.expires_at > clock.now()

    @property
    def standing(self) -> InvitationStatus:
        """Its state as people should read it: what is too old has expired."""
        status = InvitationStatus(self.status)
        return InvitationStatus.EXPIRED if status == InvitationStatus.PENDING and not self.is_open else status

    def audit_scope(self) -> Mapping[str, Any]:
        return {"account_id": self.place_id} if self.place == "account" else {}
