"""What a role is saved with."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from fondaco.surfaces.api.management.shapes.fields import Body, Line

AccountPermission = Literal[
    "apps.view",
    "apps.install",
    "apps.launch",
    "apps.manage",
    "people.view",
    "people.manage",
    "roles.manage",
    "sign_in.manage",
    "billing.manage",
    "support.ask",
]


class WriteRoleBody(Body):
    """A role: its name, and what it allows."""

    name: Annotated[Line, Field(min_length=1, max_length=40)]
    permissions: Annotated[list[AccountPermission], Field(max_length=50)]


class SaveRoleBody(WriteRoleBody):
    """The same for a role that exists; ``revision`` is the one that was read."""

    revision: Annotated[int, Field(ge=0, le=2_147_483_647)]
