"""OAuth clients that a partner makes for its developer account."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from fondaco.identity import key_pairs
from fondaco.identity.actions import IssuedCredentials
from fondaco.identity.client_fields import ClientFields
from fondaco.identity.issuer import issuer, token_url
from fondaco.identity.models import CredentialSet, OAuthClient
from fondaco.surfaces.api.management.shapes.fields import Body, IdTokenAlgorithm, Line, Shape

Algorithm = Literal["ES256", "ES384", "ES512", "PS256", "PS384", "PS512"]
Grant = Literal["client_credentials", "authorization_code", "refresh_token"]
Address = Annotated[Line, Field(max_length=500)]
ScopeName = Annotated[Line, Field(max_length=60)]


class _SettingsBody(Body):
    name: Annotated[Line, Field(min_length=1, max_length=100)]
    grant_types: Annotated[list[Grant], Field(max_length=3)]
    scopes: Annotated[list[ScopeName], Field(max_length=100)]
    redirect_uris: Annotated[list[Address], Field(max_length=100)] = []
    id_token_signed_response_alg: IdTokenAlgorithm | None = None

    def fields_of_client(self) -> ClientFields:
        """What was sent, for the action."""
        return ClientFields(
            name=self.name,
            grant_types=tuple(self.grant_types),
            scopes=tuple(self.scopes),
            redirect_uris=tuple(self.redirect_uris),
            id_token_signed_response_alg=self.id_token_signed_response_alg,
        )


class CreateClientBody(_SettingsBody):
    """A client. A public one runs where nothing stays secret: it gets no secret and must use PKCE.

    ``id_token_signed_response_alg``: by what its ID and logout tokens are signed, ES256 when null.
    """

    is_public: bool = False


class EditClientBody(_SettingsBody):
    """Everything that can be changed; ``id_token_signed_response_alg`` stays as it is when null.

    ``revision`` is the one that you read.
    """

    revision: Annotated[int, Field(ge=0)]


class RegenerateBody(Body):
    """``overlap``: how long the old ID and secret go on; with ``none`` they are dead at once."""

    revision: Annotated[int, Field(ge=0)]
    overlap: Literal["none", "1h", "1d", "7d"]


class KeyPairBody(Body):
    """Which key the program can sign with."""

    revision: Annotated[int, Field(ge=0)]
    algorithm: Algorithm = "ES256"


class ClientSetShape(Shape):
    """A client ID that works now, until ``expires_at`` when a newer one replaces it. No ``key_id``: no key pair."""

    client_id: str
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None
    key_id: str | None
    key_algorithm: str | None

    @classmethod
    def of(cls, row: CredentialSet) -> ClientSetShape:
        return cls(
            client_id=row.wire_client_id,
            created_at=row.created_at,
            last_used_at=row.last_used_at,
            expires_at=row.expires_at,
            key_id=row.key_id if row.public_key else None,
            key_algorithm=row.key_algorithm if row.public_key else None,
        )


class ClientShape(Shape):
    """A client. ``id`` goes into paths here; what the token endpoint knows is a ``client_id``, the newest first.

    ``cut_off_because``: the platform keeps it out, and this is why.
    """

    id: str
    name: str
    status: str
    is_public: bool
    grant_types: list[str]
    scopes: list[str]
    redirect_uris: list[str]
    id_token_signed_response_alg: IdTokenAlgorithm
    revision: int
    cut_off_because: str | None
    created_at: datetime
    last_used_at: datetime | None
    token_url: str
    issuer: str
    credential_sets: list[ClientSetShape]

    @classmethod
    def of(cls, client: OAuthClient) -> ClientShape:
        return cls(
            id=client.pk.hex,
            name=client.name,
            status=client.status,
            is_public=client.is_public,
            grant_types=client.grant_types,
            scopes=client.scopes,
            redirect_uris=client.redirect_uris,
            id_token_signed_response_alg=client.id_token_signed_response_alg,
            revision=client.revision,
            cut_off_because=client.cut_off_because,  # type: ignore[attr-defined]
            created_at=client.created_at,
            last_used_at=client.last_used_at,  # type: ignore[attr-defined]
            token_url=token_url(client.account),
            issuer=issuer(client.account),
            credential_sets=[ClientSetShape.of(row) for row in client.sets_in_force],  # type: ignore[attr-defined]
        )


class IssuedShape(Shape):
    """What leaves once: nobody can read a secret or private key again. Null is what there is none of.

    ``private_key`` is base64 of PKCS#8 as on the wire, ``private_key_pem`` the same key in armour.
    """

    client: ClientShape
    client_id: str
    client_secret: str | None
    key_id: str | None
    key_algorithm: str | None
    public_key: str | None
    private_key: str | None
    private_key_pem: str | None

    @classmethod
    def of(cls, issued: IssuedCredentials, client: OAuthClient) -> IssuedShape:
        has_pair = bool(issued.private_key)
        return cls(
            client=ClientShape.of(client),
            client_id=issued.client_id,
            client_secret=issued.client_secret or None,
            key_id=issued.key_id if has_pair else None,
            key_algorithm=issued.key_algorithm if has_pair else None,
            public_key=issued.public_key or None,
            private_key=issued.private_key or None,
            private_key_pem=key_pairs.private_pem(issued.private_key) if has_pair else None,
        )
