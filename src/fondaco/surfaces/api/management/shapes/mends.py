"""Failed updates, for the staff who mend them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from fondaco.installs.models import Operation
from fondaco.surfaces.api.management.shapes.fields import Body, Shape

Way = Literal["retry", "current", "proposed", "ask_again"]


class MendBody(Body):
    """How a failed update ends, and why; the reason is kept in the audit trail."""

    way: Way
    reason: Annotated[str, Field(max_length=1000)]


class BrokenShape(Shape):
    """A change that could not be completed. ``failed_side`` is the one that could not be put in force."""

    operation_id: str
    installation_id: str
    account_id: str
    app: str
    kind: str
    failed_side: str
    failure: str
    created_at: datetime

    @classmethod
    def of(cls, operation: Operation) -> BrokenShape:
        return cls(
            operation_id=operation.pk.hex,
            installation_id=operation.installation_id.hex,
            account_id=operation.installation.account_id,
            app=operation.installation.app.name,
            kind=operation.kind,
            failed_side=operation.failed_side,
            failure=operation.failure,
            created_at=operation.created_at,
        )
