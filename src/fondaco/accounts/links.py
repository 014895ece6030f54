"""Mailed links that prove an address. They are signed, not stored: no secret lies in a table, a log or a queue."""

from __future__ import annotations

from uuid import UUID

from django.core import signing

from fondaco.kit.ids import parse_wire


def sign(purpose: str, row_id: UUID) -> str:
    """A token for one row and one purpose, safe in an address."""
    return signing.Signer(salt=f"fondaco.{purpose}").sign(row_id.hex).replace(":", ".")


def read(purpose: str, token: str) -> UUID | None:
    """The row's id, or None when the token was not made by us for this purpose."""
    try:
        value = signing.Signer(salt=f"fondaco.{purpose}").unsign(token.replace(".", ":", 1))
    except signing.BadSignature:
        return None
    return parse_wire(value)
