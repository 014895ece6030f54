"""Personal access tokens."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from fondaco.identity.models import PersonalAccessToken
from fondaco.surfaces.api.management.shapes.fields import Body, Line, Shape

Scope = Annotated[str, Field(pattern="^[a-z_]+([.][a-z_]+){1,2}$", max_length=60)]


class TokenShape(Shape):
    """A personal access token; no ``scopes`` means all that its owner may do, an empty ``place`` everywhere."""

    id: str
    name: str
    hint: str
    scopes: list[str]
    place: str
    expires_at: datetime | None
    last_used_at: datetime | None
    created_at: datetime

    @classmethod
    def of(cls, token: PersonalAccessToken) -> TokenShape:
        return cls(
            id=token.pk.hex,
            name=token.name,
            hint=token.hint,
            scopes=token.scopes,
            place=token.place,
            expires_at=token.expires_at,
            last_used_at=token.last_used_at,
            created_at=token.created_at,
        )


class MadeTokenShape(TokenShape):
    """A new token. ``token`` is its plain text, shown this once."""

    token: str


class MakeTokenBody(Body):
    """What the token is for and what it may do: ``place`` is account:id, partner:id or operator:staff."""

    name: Annotated[Line, Field(min_length=1, max_length=60)]
    scopes: Annotated[list[Scope], Field(max_length=60)] = []
    place: Annotated[str, Field(pattern="^((account|partner):[0-9a-f]{24,32}|operator:staff)?$", max_length=45)] = ""
    expires_in_days: Annotated[int, Field(ge=1, le=365)] | None = 90
