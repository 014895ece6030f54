"""The address to which answers go: ``reply+<token>@domain``. The token says which conversation and which side.

It is short (44 characters, so the part before the @ stays under the 64 of RFC 5321) and of one case, because some mail
servers change it: 16 bytes of the conversation's key, one of the side, ten of a signature.
"""

from __future__ import annotations

import base64
import binascii
from typing import Final
from uuid import UUID

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

_PREFIX: Final = "reply+"
_SALT: Final = "fondaco.reply"
_SIGNED: Final = 10


def reply_address(conversation_id: UUID, side: str) -> str:
    """Where people of ``side`` answer: one ASCII letter, registered by :func:`~fondaco.kit.replies.takes_in`."""
    content = conversation_id.bytes + side.encode("ascii")
    token = base64.b32encode(content + _sign(content, settings.SECRET_KEY)).decode().rstrip("=").lower()
    return f"{_PREFIX}{token}@{settings.REPLY_DOMAIN}"


def parse_reply_address(address: str) -> tuple[UUID, str] | None:
    """Which conversation and which side an address belongs to; None when we did not make it."""
    local, _at, domain = address.lower().rpartition("@")
    if not local.startswith(_PREFIX) or domain != settings.REPLY_DOMAIN.lower():
        return None
    token = local.removeprefix(_PREFIX)
    try:
        raw = base64.b32decode(token.upper() + "=" * (-len(token) % 8))
    except (binascii.Error, ValueError):
        return None
    content, signature = raw[:-_SIGNED], raw[-_SIGNED:]
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    if not any(constant_time_compare(_sign(content, key), signature) for key in keys):
        return None
    return UUID(bytes=content[:16]), content[16:].decode("ascii")


def _sign(content: bytes, key: str | bytes) -> bytes:
    return salted_hmac(_SALT, content, secret=key, algorithm="sha256").digest()[:_SIGNED]
