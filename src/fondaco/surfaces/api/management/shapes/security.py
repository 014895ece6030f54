"""A person's own name, second factors and sessions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from allauth.mfa.models import Authenticator
from pydantic import Field

from fondaco.identity.models import LoginSession
from fondaco.identity.whereabouts import describe_device, describe_place
from fondaco.surfaces.api.management.shapes.fields import Body, Email, Line, Name, Password, Shape


class NameBody(Body):
    """How others see the person."""

    name: Name


class EmailBody(Body):
    """The address to sign in with from now on; the password stands for being asked again."""

    email: Email
    password: Password


class AuthenticatorBody(Body):
    """``secret`` is 20 random bytes or more in base32, made by the caller; ``code`` what it shows now (RFC 6238)."""

    password: Password
    secret: Annotated[Line, Field(max_length=200)]
    code: Annotated[Line, Field(max_length=20)]


class RecoveryCodesShape(Shape):
    """Each opens the door once when the device is lost. They are shown only now."""

    recovery_codes: list[str]


class FactorShape(Shape):
    """Something that the person proves themselves by besides a password."""

    kind: Literal["app", "passkey"]
    name: str
    added_at: datetime
    last_used_at: datetime | None

    @classmethod
    def of(cls, factor: Authenticator) -> FactorShape:
        is_app = factor.type == Authenticator.Type.TOTP
        return cls(
            kind="app" if is_app else "passkey",
            name="" if is_app else str(factor),
            added_at=factor.created_at,
            last_used_at=factor.last_used_at,
        )


class SecurityShape(Shape):
    """``pending_email`` waits for the click in a mail; ``must_have_second_factor`` is true for operators and owners."""

    name: str
    email: str
    pending_email: str | None
    must_have_second_factor: bool
    factors: list[FactorShape]
    recovery_codes_left: int


class SessionShape(Shape):
    """A browser in which the person is signed in."""

    id: str
    device: str
    place: str
    started_at: datetime
    last_seen_at: datetime

    @classmethod
    def of(cls, session: LoginSession) -> SessionShape:
        return cls(
            id=session.pk.hex,
            device=describe_device(session.device),
            place=describe_place(session.address),
            started_at=session.started_at,
            last_seen_at=session.last_seen_at or session.started_at,
        )
