"""What operators ask about deliveries of any app, and about the keys that sign them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from fondaco.messaging.endpoints import EndpointHealth
from fondaco.messaging.signing_keys import KeyStanding
from fondaco.surfaces.api.management.shapes.app_logs import ChosenQuery, EndpointShape
from fondaco.surfaces.api.management.shapes.fields import Body, Shape

Reason = Annotated[str, Field(max_length=1000)]


class SendAgainBody(Body):
    """Why support does it; the partner reads it in the log of the app."""

    reason: Reason


class SupportReplayBody(ChosenQuery):
    """Which deliveries to send again, and why."""

    reason: Reason


class UnwellEndpointShape(EndpointShape):
    """A callback address that takes no events now, and whose it is."""

    app_id: str
    app: str
    partner_id: str
    partner: str

    @classmethod
    def of(cls, found: EndpointHealth) -> UnwellEndpointShape:
        app = found.endpoint.app
        return cls(
            **EndpointShape.of(found).model_dump(),
            app_id=app.pk.hex,
            app=app.name,
            partner_id=app.partner_id.hex,
            partner=app.partner.name,
        )


class RotateKeyBody(Body):
    """Which of the two, and why; the reason is kept in the audit trail."""

    algorithm: Literal["ecdsa", "ed25519"]
    reason: Reason


class SigningKeyShape(Shape):
    """A key of the platform. ``signs_until`` is null for the one that goes on, ``served_until`` for one in use."""

    id: str
    algorithm: str
    public_key: str
    signs: bool
    signs_until: datetime | None
    served_until: datetime | None
    created_at: datetime

    @classmethod
    def of(cls, standing: KeyStanding) -> SigningKeyShape:
        key = standing.key
        return cls(
            id=key.pk.hex,
            algorithm=key.algorithm,
            public_key=key.public_key,
            signs=standing.signs,
            signs_until=standing.signs_until,
            served_until=standing.served_until,
            created_at=key.created_at,
        )
