"""The platform's own staff."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from fondaco.accounts.models import Operator
from fondaco.surfaces.api.management.shapes.fields import Body, Email, Name, Shape
from fondaco.surfaces.api.management.shapes.people import InvitationShape

OperatorRoleName = Literal["partner_manager", "technical_reviewer", "marketing_reviewer", "support", "finance"]
_Roles = Annotated[list[OperatorRoleName], Field(min_length=1, max_length=20)]


class OperatorShape(Shape):
    """Someone who works or worked for the platform."""

    id: str
    name: str
    email: str
    roles: list[str]
    is_active: bool

    @classmethod
    def of(cls, operator: Operator) -> OperatorShape:
        return cls(
            id=operator.pk.hex,
            name=operator.person.name,
            email=operator.person.email,
            roles=operator.roles,
            is_active=operator.is_active,
        )


class AppointmentShape(Shape):
    """``operator`` when they had a login and are staff at once; else ``invitation``."""

    operator: OperatorShape | None
    invitation: InvitationShape | None


class AppointBody(Body):
    """Whom to appoint, and for what."""

    name: Name
    email: Email
    roles: _Roles


class StaffRolesBody(Body):
    """All that they are responsible for from now on."""

    roles: _Roles
