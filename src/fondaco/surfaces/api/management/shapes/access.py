"""Cutting programs off, and giving them new credentials."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from pydantic import Field

from fondaco.identity.models import CredentialSet, Cutoff
from fondaco.installs.models import Installation
from fondaco.installs.reach import Reach, Target
from fondaco.installs.tokens import ShownToken
from fondaco.surfaces.api.management.shapes.fields import Body, Line, Shape, Text


class CutOffBody(Body):
    """``reason`` is read by customers and partner. ``confirmation`` is the app's name, beyond one account."""

    reason: Text
    confirmation: Line = ""


class RestoreBody(Body):
    """Why the danger is over; for the audit trail."""

    reason: Text


class TokenBody(Body):
    """An access token, a refresh token or a personal access token, as it was found."""

    token: Annotated[Line, Field(max_length=9000)]


class RevokeTokenBody(TokenBody):
    """The same, with why it ends."""

    reason: Text


class RotateBody(Body):
    """``is_forced`` ends the old credentials and all tokens at once, and needs a reason."""

    is_forced: bool = False
    reason: Text = ""


class CutoffShape(Shape):
    """Programs that are kept out: ``covers`` is ``installation``, ``client``, ``version`` or ``app``."""

    id: str
    covers: str
    target_id: str | None
    name: str
    reason: str
    status: str
    begun_by: str
    created_at: datetime
    lifted_at: datetime | None

    @classmethod
    def of(cls, cutoff: Cutoff, target: Target | None) -> CutoffShape:
        return cls(
            id=cutoff.pk.hex,
            covers=target.kind.value if target else "client",
            target_id=target.id if target else None,
            name=target.name if target else str(cutoff.client),
            reason=cutoff.reason,
            status=cutoff.status,
            begun_by=cutoff.begun_by,
            created_at=cutoff.created_at,
            lifted_at=cutoff.lifted_at,
        )


class TargetShape(Shape):
    """What can be cut off, and the word to confirm it with (null within one account)."""

    kind: str
    id: str
    name: str
    confirmation: str | None

    @classmethod
    def of(cls, target: Target) -> TargetShape:
        confirmation = target.confirmation or None
        return cls(kind=target.kind.value, id=target.id, name=target.name, confirmation=confirmation)


class ReachShape(TargetShape):
    """Whom it hits. ``cutoffs`` are those that keep it out already."""

    accounts: int
    installations: int
    licensed_users: int
    sign_ins: int
    cutoffs: list[str]

    @classmethod
    def measured(cls, target: Target, reach: Reach, cutoffs: list[Cutoff]) -> ReachShape:
        return cls(
            **TargetShape.of(target).model_dump(),
            accounts=reach.accounts,
            installations=reach.installations,
            licensed_users=reach.licensed_users,
            sign_ins=reach.sign_ins,
            cutoffs=[cutoff.pk.hex for cutoff in cutoffs],
        )


class ReachedShape(Shape):
    """One installation, in a list of accounts that have an app."""

    installation_id: str
    account_id: str
    account: str
    version: str
    status: str

    @classmethod
    def of(cls, installation: Installation, **more: str | None) -> Self:
        return cls(
            installation_id=installation.pk.hex,
            account_id=installation.account_id,
            account=installation.account.company_name,
            version=installation.version.name,
            status=installation.status,
            **more,
        )


class CustomerShape(ReachedShape):
    """The same for the app's partner. ``cut_off_reason`` is why the platform keeps their program out, null when not."""

    cut_off_reason: str | None

    @classmethod
    def of(cls, installation: Installation, **more: str | None) -> Self:
        return super().of(installation, cut_off_reason=installation.cut_off_reason, **more)


class TokenHolderShape(Shape):
    """Whose token it is. ``kind`` is ``access_token``, ``refresh_token`` or ``personal_access_token``.

    A program's has a ``client`` in an account, and ``user_id`` when it acts for a person; a personal one has a
    ``person_id``, and no ``scopes`` when it may do all that its owner may. ``is_live``: there is something to end.
    """

    kind: str
    is_live: bool
    client: str | None
    account_id: str | None
    installation_id: str | None
    user_id: str | None
    person_id: str | None
    person: str | None
    scopes: list[str]
    last_used_at: datetime | None
    expires_at: datetime | None

    @classmethod
    def of(cls, shown: ShownToken) -> TokenHolderShape:
        token = shown.token
        person = token.personal.person if token.personal else token.user.person if token.user else None
        return cls(
            kind=token.kind.value,
            is_live=token.is_live,
            client=token.client.name if token.client else None,
            account_id=token.account_id or None,
            installation_id=shown.installation.pk.hex if shown.installation else None,
            user_id=token.user.pk if token.user else None,
            person_id=person.pk.hex if person else None,
            person=person.name if person else None,
            scopes=list(token.scopes),
            last_used_at=token.last_used_at,
            expires_at=token.expires_at,
        )


class CredentialSetShape(Shape):
    """One set of credentials, without its secrets, which are kept nowhere."""

    client_id: str
    key_id: str
    status: str
    is_usable: bool
    expires_at: datetime | None
    created_at: datetime

    @classmethod
    def of(cls, credentials: CredentialSet) -> CredentialSetShape:
        return cls(
            client_id=credentials.wire_client_id,
            key_id=credentials.key_id,
            status=credentials.status,
            is_usable=credentials.is_usable,
            expires_at=credentials.expires_at,
            created_at=credentials.created_at,
        )
