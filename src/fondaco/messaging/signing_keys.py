"""The platform's own signature keys, as staff look at them and replace one by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from fondaco.accounts.models import Operator
from fondaco.accounts.permissions import Permission
from fondaco.accounts.policies import check_operator_can
from fondaco.audit.actor import Actor
from fondaco.installs.actions.credentials import check_reason
from fondaco.kit import clock
from fondaco.kit.errors import Invalid
from fondaco.messaging.errors import KeyTooYoung
from fondaco.messaging.models import EventSigningKey, SigningAlgorithm
from fondaco.messaging.signing import (
    SERVED_AFTER_RETIREMENT,
    SIGNS_AFTER_RETIREMENT,
    ensure_signing_key,
    list_public_keys,
    replace_key,
)

LEAST_AGE: Final = timedelta(hours=1)  # receivers may keep the list of keys for as long


@dataclass(frozen=True, slots=True)
class KeyStanding:
    """One key and its times; ``signs_until`` is None for the one that goes on, and for one that signs no more."""

    key: EventSigningKey
    signs: bool
    signs_until: datetime | None
    served_until: datetime | None


def list_keys(by: Operator) -> list[KeyStanding]:
    """Every key that receivers can still fetch, the newest first."""
    check_operator_can(by, Permission.OPERATOR_ACCESS_REVOKE)
    return [_stand(key) for key in list_public_keys()]


def rotate_by_hand(*, actor: Actor, by: Operator, algorithm: str, reason: str) -> EventSigningKey:
    """Signs with a new key from now on, and says why.

    No signature becomes invalid: the old key is served for thirty days more, and where receivers do not learn from the
    signature which key made it (Ed25519), it goes on signing beside the new one for a week. So a second rotation waits
    an hour, until whoever keeps the list of keys has asked again: :class:`KeyTooYoung`.
    """
    check_operator_can(by, Permission.OPERATOR_ACCESS_REVOKE)
    reason = check_reason(reason, is_required=True)
    if algorithm not in SigningAlgorithm.values:
        raise Invalid(fields={"algorithm": [_("Choose which of the two.")]})
    wanted = SigningAlgorithm(algorithm)
    with transaction.atomic(durable=True):
        current = EventSigningKey.objects.select_for_update().get(pk=ensure_signing_key(wanted).pk)
        # Whoever waited for the row finds it retired: a colleague was faster.
        if current.retired_at is not None or current.created_at + LEAST_AGE > clock.now():
            raise KeyTooYoung
        return replace_key(actor, wanted, reason=reason)


def _stand(key: EventSigningKey) -> KeyStanding:
    if key.retired_at is None:
        return KeyStanding(key, signs=True, signs_until=None, served_until=None)
    until = key.retired_at + SIGNS_AFTER_RETIREMENT
    signs = key.algorithm == SigningAlgorithm.ED25519 and until > clock.now()
    return KeyStanding(key, signs, until if signs else None, key.retired_at + SERVED_AFTER_RETIREMENT)
