"""Second factors: an authenticator app, passkeys, and the recovery codes that stand in for them.

Each action locks the person first, so that two removals at once cannot take both of someone's last two factors.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, validate_totp_code
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.db import transaction

from fondaco.accounts.actions import forget_email_change
from fondaco.accounts.models import Person
from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.identity import events, policies
from fondaco.identity.actions.login_sessions import end_all_sessions
from fondaco.identity.errors import FactorExists, SecretTooShort, WrongCode
from fondaco.identity.factors import APP, PASSKEY, RECOVERY_CODES, code_key, has_factor, list_factors
from fondaco.identity.tries import check_password
from fondaco.kit.errors import NotFound, TooMany
from fondaco.kit.rate import check_rate

_SECRET_BYTES: Final = 20  # RFC 4226 §4
_NAME_LENGTH: Final = 60
_CODE_LIVES: Final = 120  # seconds, more than a code is good for


@dataclass(frozen=True, slots=True)
class AddedFactor:
    """``has_new_codes``: the person had no recovery codes before, and has to be shown them once."""

    factor: Authenticator
    has_new_codes: bool


def add_authenticator_app(*, actor: Actor, person: Person, secret: str) -> AddedFactor:
    """Keeps the secret of an app that has just shown a right code of it. One app at a time."""
    with transaction.atomic(durable=True):
        return _add_app(actor, person, secret)


def add_passkey(*, actor: Actor, person: Person, name: str, credential: Mapping[str, Any]) -> AddedFactor:
    """Keeps a passkey whose registration was checked; a person may have several."""
    with transaction.atomic(durable=True):
        _lock(person)
        name = _clean_name(name)
        factor = WebAuthn.add(person, name, dict(credential)).instance
        return _note_added(actor, person, factor, name)


def rename_passkey(*, actor: Actor, person: Person, factor_id: int, name: str) -> Authenticator:
    """Gives one of the person's passkeys another name."""
    with transaction.atomic(durable=True):
        _lock(person)
        factor = list_factors(person).filter(pk=factor_id, type=PASSKEY).first()
        if factor is None:
            raise NotFound
        before, factor.data["name"] = factor.data["name"], _clean_name(name)
        factor.save(update_fields=["data"])
        record(events.FACTOR_RENAMED, person, actor=actor, data={"from": before, "to": factor.data["name"]})
    return factor


def remove_factor(*, actor: Actor, person: Person, factor_id: int) -> None:
    """Takes one factor away; with the last one the recovery codes go, too. Whoever must have one keeps the last."""
    with transaction.atomic(durable=True):
        _lock(person)
        factor = list_factors(person).filter(pk=factor_id).first()
        if factor is None:
            raise NotFound
        policies.check_may_lose(person, factor)
        kind, name = factor.type, str(factor)
        factor.delete()
        if not has_factor(person):
            Authenticator.objects.filter(user=person, type=RECOVERY_CODES).delete()
        record(events.FACTOR_REMOVED, person, actor=actor, data={"kind": kind, "name": name})


def forget_factors(*, actor: Actor, person: Person) -> int:
    """For who has lost everything: takes all factors, recovery codes and a waiting change of address away and ends
    every session.

    Whoever runs the machine does this after making sure who asks. Who must have a factor sets one up at the next
    sign-in, before anything else.
    """
    with transaction.atomic(durable=True):
        _lock(person)
        factors = list(list_factors(person))
        for factor in factors:
            record(events.FACTOR_REMOVED, person, actor=actor, data={"kind": factor.type, "name": str(factor)})
        Authenticator.objects.filter(user=person).delete()
        forget_email_change(actor=actor, person=person)
        end_all_sessions(actor=actor, person=person)
    return len(factors)


def make_recovery_codes(*, actor: Actor, person: Person) -> list[str]:
    """Ten new codes, to be shown once; those made before die. Only for who has a factor they could stand in for."""
    with transaction.atomic(durable=True):
        _lock(person)
        if not has_factor(person):
            raise NotFound
        Authenticator.objects.filter(user=person, type=RECOVERY_CODES).delete()
        codes: list[str] = RecoveryCodes.activate(person).get_unused_codes()
        record(events.RECOVERY_CODES_MADE, person, actor=actor, data={"count": len(codes)})
    return codes


def note_recovery_code_used(*, actor: Actor, person: Person, left: int) -> None:
    """Records that a recovery code let someone in, which the person is told."""
    with transaction.atomic(durable=True):
        record(events.RECOVERY_CODE_USED, person, actor=actor, data={"left": left})


def set_up_first_factor(*, actor: Actor, person: Person, password: str, secret: str, code: str) -> list[str]:
    """For programs: adds an authenticator app whose secret the caller made, and returns the recovery codes, once.

    The password stands for being asked again, as the pages do; only the first factor can be set up like this.
    """
    if has_factor(person):
        raise FactorExists
    check_password(actor=actor, person=person, password=password)
    secret = _clean_secret(secret)
    if not validate_totp_code(secret, code):
        raise WrongCode(fields={"code": [str(WrongCode.message)]})
    spend_code(person, code)
    with transaction.atomic(durable=True):
        _add_app(actor, person, secret)
        found = Authenticator.objects.get(user=person, type=RECOVERY_CODES).wrap()
        found.mark_as_viewed()
        codes: list[str] = found.get_unused_codes()
    return codes


def spend_code(person: Person, code: str) -> None:
    """Lets an app's code count once, whichever process sees it; raises :class:`WrongCode` the second time."""
    try:
        check_rate(code_key(person, code), limit=1, per=_CODE_LIVES)
    except TooMany:
        raise WrongCode(fields={"code": [str(WrongCode.message)]}) from None


def _add_app(actor: Actor, person: Person, secret: str) -> AddedFactor:
    _lock(person)
    if list_factors(person).filter(type=APP).exists():
        raise FactorExists
    return _note_added(actor, person, TOTP.activate(person, secret).instance, "")


def _note_added(actor: Actor, person: Person, factor: Authenticator, name: str) -> AddedFactor:
    record(events.FACTOR_ADDED, person, actor=actor, data={"kind": factor.type, "name": name})
    has_codes = Authenticator.objects.filter(user=person, type=RECOVERY_CODES).exists()
    RecoveryCodes.activate(person)
    return AddedFactor(factor, not has_codes)


def _lock(person: Person) -> None:
    Person.objects.select_for_update().get(pk=person.pk)


def _clean_name(name: str) -> str:
    return " ".join(name.replace("\0", "").split())[:_NAME_LENGTH] or "Passkey"


def _clean_secret(secret: str) -> str:
    plain = "".join(secret.split()).upper()
    try:
        length = len(base64.b32decode(plain))
    except (binascii.Error, ValueError):
        length = 0
    if length < _SECRET_BYTES:
        raise SecretTooShort(fields={"secret": [str(SecretTooShort.message)]})
    return plain
