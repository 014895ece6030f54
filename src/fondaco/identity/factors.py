"""What people prove themselves by besides a password: django-allauth's rows, their secrets sealed like all of ours."""

from __future__ import annotations

import base64
import hashlib
from typing import Final

from allauth.mfa.models import Authenticator
from django.db.models import QuerySet

from fondaco.accounts.models import Person
from fondaco.kit import crypto, rotation

_CONTEXT: Final = "mfa.Authenticator.data"
_SEALED: Final = ("secret", "seed")  # keys of ``data`` with a sealed text: of an authenticator app, of recovery codes
RECOVERY_CODES: Final = Authenticator.Type.RECOVERY_CODES
APP: Final = Authenticator.Type.TOTP
PASSKEY: Final = Authenticator.Type.WEBAUTHN


def seal_text(text: str) -> str:
    """A secret as it lies in the database."""
    return base64.b64encode(crypto.seal(text.encode(), context=_CONTEXT)).decode()


def unseal_text(sealed: str) -> str:
    """The secret again; raises ``SealBroken``."""
    return crypto.unseal(base64.b64decode(sealed), context=_CONTEXT).decode()


def list_factors(person: Person) -> QuerySet[Authenticator]:
    """Everything that counts as a second factor, oldest first. Recovery codes do not: they stand in for one."""
    found: QuerySet[Authenticator] = Authenticator.objects.filter(user=person)
    return found.exclude(type=RECOVERY_CODES).order_by("created_at", "pk")


def has_factor(person: Person) -> bool:
    """Whether the person can prove themselves by more than a password."""
    return list_factors(person).exists()


def count_recovery_codes(person: Person) -> int:
    """How many are left."""
    found = Authenticator.objects.filter(user=person, type=RECOVERY_CODES).first()
    return len(found.wrap().get_unused_codes()) if found else 0


def browser_hash(plain: str) -> str:
    """What a session keeps of the value by which a browser is known again; empty for none."""
    return crypto.keyed_hash(f"browser\0{plain}") if plain else ""


def code_key(person: Person, code: str) -> str:
    """The name of a spent code in the counter that lets each be used once."""
    digits = "".join(filter(str.isdigit, code))
    return f"code:{person.pk.hex}:{hashlib.sha256(digits.encode()).hexdigest()[:32]}"


@rotation.also
def rewrap_factors() -> int:
    """Brings the secrets under the current master key."""
    current = crypto.current_prefix()
    count = 0
    for factor in Authenticator.objects.exclude(type=PASSKEY).iterator():
        old = {name: base64.b64decode(factor.data[name]) for name in _SEALED if name in factor.data}
        stale = {name: sealed for name, sealed in old.items() if not sealed.startswith(current)}
        if stale:
            fresh = {name: base64.b64encode(crypto.rewrap(sealed)).decode() for name, sealed in stale.items()}
            # The old value in the condition: a row rewritten meanwhile already has the current key.
            unchanged = Authenticator.objects.filter(pk=factor.pk, data=factor.data)
            count += unchanged.update(data={**factor.data, **fresh})
    return count
