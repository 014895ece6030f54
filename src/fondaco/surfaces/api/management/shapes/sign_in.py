"""An account's own sign-in."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fondaco.identity.federation.findings import Finding
from fondaco.identity.federation.flow import return_address
from fondaco.identity.models import IdentityProvider
from fondaco.surfaces.api.management.shapes.fields import Body, Line, Password, Shape, WireId


class MappingShape(Shape):
    """People whose claim has this value get this role."""

    value: str
    role_id: str


class ProviderShape(Shape):
    """The account's OpenID provider. Its secret is never shown; ``redirect_uri`` is what to register there."""

    name: str
    issuer: str
    client_id: str
    has_secret: bool
    allowed_domains: list[str]
    default_role_id: str
    role_claim: str
    mappings: list[MappingShape]
    is_required: bool
    is_enabled: bool
    revision: int
    redirect_uri: str

    @classmethod
    def of(cls, provider: IdentityProvider) -> ProviderShape:
        return cls(
            name=provider.name,
            issuer=provider.issuer,
            client_id=provider.client_id,
            has_secret=bool(provider.client_secret),
            allowed_domains=provider.allowed_domains,
            default_role_id=provider.default_role_id.hex,
            role_claim=provider.role_claim,
            mappings=[MappingShape(value=one.value, role_id=one.role_id.hex) for one in provider.role_mappings.all()],
            is_required=provider.is_required,
            is_enabled=provider.is_enabled,
            revision=provider.revision,
            redirect_uri=return_address(provider.account),
        )


class SignInFindingShape(Shape):
    """What a test found: ``tone`` is good, warn or bad; with a bad one nobody can sign in."""

    tone: str
    text: str

    @classmethod
    def of(cls, finding: Finding) -> SignInFindingShape:
        return cls(tone=finding.tone, text=finding.text)


class MappingBody(Body):
    """People whose claim has this value get this role."""

    value: Annotated[Line, Field(min_length=1, max_length=200)]
    role_id: WireId


class ProviderBody(Body):
    """The whole of it; ``revision`` is the one that was read, 0 for the first. Without ``client_secret`` it stays."""

    name: Annotated[Line, Field(min_length=1, max_length=60)]
    issuer: Annotated[Line, Field(min_length=1, max_length=500)]
    client_id: Annotated[Line, Field(min_length=1, max_length=255)]
    client_secret: Annotated[Password, Field(max_length=1000)] | None = None
    allowed_domains: Annotated[list[Annotated[Line, Field(max_length=253)]], Field(max_length=50)] = []
    default_role_id: WireId
    role_claim: Annotated[Line, Field(max_length=100)] = ""
    mappings: Annotated[list[MappingBody], Field(max_length=50)] = []
    is_required: bool = False
    revision: Annotated[int, Field(ge=0, le=2_147_483_647)]


class SwitchBody(Body):
    """On or off."""

    is_enabled: bool
