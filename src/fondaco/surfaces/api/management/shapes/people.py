"""People, their seats, and invitations."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from fondaco.accounts.models import Account, Invitation, Person, Role, User
from fondaco.accounts.permissions import narrow
from fondaco.identity.models import PersonalAccessToken
from fondaco.identity.places import Workplace
from fondaco.partners.models import Member
from fondaco.surfaces.api.management.shapes.fields import Body, Email, Line, Name, Password, Shape, WireId
from fondaco.surfaces.api.management.shapes.tokens import TokenShape


class PersonShape(Shape):
    """Someone who can sign in."""

    id: str
    name: str
    email: str

    @classmethod
    def of(cls, person: Person) -> PersonShape:
        return cls(id=person.pk.hex, name=person.name, email=person.email)


class PlaceShape(Shape):
    """Somewhere that a person works: ``kind`` is account, partner or operator; ``id`` goes into paths."""

    kind: Literal["account", "partner", "operator"]
    id: str
    name: str
    permissions: list[str]

    @classmethod
    def of(cls, place: Workplace, token: PersonalAccessToken) -> PlaceShape:
        kind, _mark, place_id = place.key.partition(":")
        left = narrow(place.permissions, frozenset(token.scopes) if token.scopes else None)
        return cls(kind=kind, id=place_id, name=place.name, permissions=sorted(left))


class MeShape(Shape):
    """The token's owner, their places, and the token itself."""

    person: PersonShape
    places: list[PlaceShape]
    token: TokenShape


class AccountShape(Shape):
    """A customer, or a partner's developer account."""

    id: str
    name: str
    company_name: str
    timezone: str
    is_sandbox: bool
    features: list[str]

    @classmethod
    def of(cls, account: Account) -> AccountShape:
        return cls(
            id=account.pk,
            name=account.name,
            company_name=account.company_name,
            timezone=account.timezone,
            is_sandbox=account.is_sandbox,
            features=account.features,
        )


class RoleShape(Shape):
    """A role of an account; ``key`` is set for the three that every account begins with."""

    id: str
    name: str
    key: str
    permissions: list[str]
    revision: int

    @classmethod
    def of(cls, role: Role) -> RoleShape:
        return cls(
            id=role.pk.hex, name=role.name, key=role.key, permissions=sorted(role.granted), revision=role.revision
        )


class UserShape(Shape):
    """A person's seat in an account."""

    id: str
    name: str
    email: str
    role_id: str
    role: str
    is_active: bool

    @classmethod
    def of(cls, user: User) -> UserShape:
        return cls(
            id=user.pk,
            name=user.person.name,
            email=user.person.email,
            role_id=user.role_id.hex,
            role=user.role.name,
            is_active=user.is_active,
        )


class MemberShape(Shape):
    """A person who works for a partner."""

    id: str
    name: str
    email: str
    role: str

    @classmethod
    def of(cls, member: Member) -> MemberShape:
        return cls(id=member.pk.hex, name=member.person.name, email=member.person.email, role=member.role)


class InvitationShape(Shape):
    """An offer to join a place. ``role`` is a role's id in an account, its name in a partner, names on the staff."""

    id: str
    email: str
    name: str
    place: str
    place_id: str
    place_name: str
    role: str
    status: str
    expires_at: datetime

    @classmethod
    def of(cls, invitation: Invitation) -> InvitationShape:
        return cls(
            id=invitation.pk.hex,
            email=invitation.email,
            name=invitation.name,
            place=invitation.place,
            place_id=invitation.place_id,
            place_name=invitation.place_name,
            role=invitation.role,
            status=invitation.standing,
            expires_at=invitation.expires_at,
        )


class OpenInvitationShape(InvitationShape):
    """An invitation as the invited person sees it. With a login, they accept with their own token."""

    has_login: bool


class AcceptanceShape(Shape):
    """Welcome. ``token`` is the first personal access token of who had no login before, shown once; else null."""

    person: PersonShape
    place: str
    place_id: str
    token: str | None


class AcceptBody(Body):
    """What someone without a login sets; with a login both are ignored."""

    name: Annotated[Line, Field(max_length=100)] = ""
    password: Password = ""


class InviteUserBody(Body):
    """Whom to invite to an account, and as what."""

    name: Name
    email: Email
    role_id: WireId


class RoleBody(Body):
    """Another role of the account."""

    role_id: WireId


MemberRoleName = Literal["owner", "developer", "marketing", "finance"]


class InviteMemberBody(Body):
    """Whom to invite to a partner, and as what."""

    name: Name
    email: Email
    role: MemberRoleName


class MemberRoleBody(Body):
    """Another role in the partner."""

    role: MemberRoleName
