"""Refusals of the messaging domain."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from fondaco.kit.errors import NotFound


class UnknownKey(NotFound):
    code = "signature-key-not-found"
    message = _("There is no signature key with this id, or it was retired more than 30 days ago.")
