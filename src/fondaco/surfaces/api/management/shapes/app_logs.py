"""What was sent to the program of a partner's app."""

from __future__ import annotations

from datetime import datetime

from fondaco.messaging.models import Delivery
from fondaco.surfaces.api.management.shapes.installations import DeliveryShape


class AppDeliveryShape(DeliveryShape):
    """An event that was sent to the app's program, for whom, and every try."""

    account_id: str
    account: str
    installation_id: str
    created_at: datetime

    @classmethod
    def of(cls, delivery: Delivery) -> AppDeliveryShape:
        installation = delivery.installation
        return cls(
            **DeliveryShape.of(delivery).model_dump(),
            account_id=installation.account_id,
            account=installation.account.company_name,
            installation_id=installation.pk.hex,
            created_at=delivery.message.created_at,
        )
