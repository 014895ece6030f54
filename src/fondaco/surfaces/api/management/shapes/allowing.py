"""Whether the managers of an account may remove apps at once."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fondaco.surfaces.api.management.shapes.fields import Body, Text


class AllowBody(Body):
    """The reason is for the audit trail."""

    is_allowed: bool
    reason: Annotated[Text, Field(max_length=1000)]
