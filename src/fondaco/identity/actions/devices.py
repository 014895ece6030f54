"""The device flow: a command line asks, a person decides in their browser, the command line gets a token."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction

from fondaco.accounts.models import Person
from fondaco.accounts.permissions import Permission
from fondaco.audit.actor import Actor, ActorKind
from fondaco.audit.recording import record
from fondaco.audit.status import transition
from fondaco.identity import devices, events
from fondaco.identity.actions.personal_tokens import Limits, check_room, issue_personal_token
from fondaco.identity.errors import (
    DeviceDenied,
    DeviceExpired,
    DevicePending,
    DeviceTooFast,
    DeviceUnknown,
    NoSuchUserCode,
    NothingToGrant,
    PermissionUnknown,
)
from fondaco.identity.models import DeviceAuthorization, PersonalAccessToken
from fondaco.identity.states import DeviceStatus
from fondaco.kit import clock, crypto, deadlines
from fondaco.kit.errors import DomainError

LIFETIME: Final = timedelta(minutes=10)
TOKEN_LIFETIME: Final = timedelta(days=90)
SLOWER_BY: Final = 5  # seconds, each time that a device asks too soon (RFC 8628 §3.5)
SLOWEST: Final = 60
EXPIRES: Final = "device.expires"
_LONGEST_NAME: Final = 60


def ask_for_device(
    *, actor: Actor, program: str, device: str = "", scopes: Iterable[str] = ()
) -> tuple[DeviceAuthorization, str, str]:
    """The request with its device code and its user code; both are told once and kept as hashes."""
    wanted = list(dict.fromkeys(scopes))
    for scope in wanted:
        if scope not in {permission.value for permission in Permission}:
            raise PermissionUnknown(scope=scope[:60])
    name = "".join(each for each in device if each.isprintable())[:_LONGEST_NAME].strip()
    while True:
        device_code, user_code = crypto.new_secret(devices.DEVICE_PREFIX), devices.new_user_code()
        try:
            with transaction.atomic(durable=True):
                asked = DeviceAuthorization.objects.create(
                    device_code_hash=crypto.keyed_hash(device_code),
                    user_code_hash=crypto.keyed_hash(user_code),
                    program=program,
                    device=name,
                    address=actor.address,
                    scopes=wanted,
                    expires_at=clock.now() + LIFETIME,
                )
                deadlines.schedule(EXPIRES, subject_id=asked.pk.hex, due_at=asked.expires_at)
                record(events.DEVICE_ASKED, asked, actor=actor, data={"program": program, "device": name})
        except IntegrityError:  # somebody waits with this very code
            continue
        return asked, device_code, user_code


def approve_device(*, actor: Actor, by: Person, device: DeviceAuthorization) -> DeviceAuthorization:
    """Lets the device have a token of the person's; raises :class:`NoSuchUserCode` when somebody was faster."""
    with transaction.atomic(durable=True):
        locked = _lock_waiting(device)
        if not devices.can_approve(by, locked):
            raise NothingToGrant
        check_room(by)
        return _decide(actor, by, locked, DeviceStatus.APPROVED)


def deny_device(*, actor: Actor, by: Person, device: DeviceAuthorization) -> DeviceAuthorization:
    """Refuses the device for good."""
    with transaction.atomic(durable=True):
        return _decide(actor, by, _lock_waiting(device), DeviceStatus.DENIED)


def spend_device(*, actor: Actor, program: str, device_code: str) -> tuple[PersonalAccessToken, str]:
    """The token of an approved device, once; what RFC 8628 §3.5 has instead are refusals.

    Asking too soon is noted although it is refused, so nothing is raised before the commit.
    """
    if not device_code.isascii() or not crypto.is_well_formed_secret(device_code, devices.DEVICE_PREFIX):
        raise DeviceUnknown
    with transaction.atomic(durable=True):
        device = (
            DeviceAuthorization.objects.select_for_update(of=("self",))
            .select_related("decided_by")
            .filter(device_code_hash__in=crypto.keyed_hashes(device_code), program=program)
            .first()
        )
        answer = DeviceUnknown() if device is None else _answer(device, actor.address)
    if isinstance(answer, DomainError):
        raise answer
    return answer


@deadlines.handler(EXPIRES)
def expire_device(subject_id: str, due_at: datetime) -> None:
    """Ten minutes after a command line asked, its codes open nothing any more."""
    device = DeviceAuthorization.objects.filter(pk=UUID(hex=subject_id)).first()
    if device is not None and device.status in {DeviceStatus.PENDING, DeviceStatus.APPROVED}:
        transition(device, DeviceStatus.EXPIRED, actor=Actor.system("sweeper"))


def _lock_waiting(device: DeviceAuthorization) -> DeviceAuthorization:
    locked = DeviceAuthorization.objects.select_for_update().filter(pk=device.pk).first()
    if locked is None or locked.status != DeviceStatus.PENDING or locked.is_over:
        raise NoSuchUserCode
    return locked


def _decide(actor: Actor, by: Person, device: DeviceAuthorization, to: DeviceStatus) -> DeviceAuthorization:
    data = {"person": by.pk.hex, "program": device.program, "device": device.device}
    return transition(device, to, actor=actor, data=data, fields={"decided_by": by})


def _answer(device: DeviceAuthorization, address: str) -> tuple[PersonalAccessToken, str] | DomainError:
    """What a device gets now, which is noted as a question of its."""
    now = clock.now()
    is_too_fast = device.asked_at is not None and now - device.asked_at < timedelta(seconds=device.interval)
    if is_too_fast:
        device.interval = min(device.interval + SLOWER_BY, SLOWEST)
    device.asked_at = now
    device.save(update_fields=["asked_at", "interval"])
    if device.is_over or device.status in {DeviceStatus.EXPIRED, DeviceStatus.SPENT}:
        return DeviceUnknown() if device.status == DeviceStatus.SPENT else DeviceExpired()
    if device.status == DeviceStatus.DENIED:
        return DeviceDenied()
    if is_too_fast:
        return DeviceTooFast()
    if device.status == DeviceStatus.PENDING:
        return DevicePending()
    return _issue(device, address)


def _issue(device: DeviceAuthorization, address: str) -> tuple[PersonalAccessToken, str] | DomainError:
    person = device.decided_by
    if person is None or not person.is_active or not devices.can_approve(person, device):
        return DeviceDenied()  # they left, or lost what they approved, in the meantime
    scopes = tuple(scope.value for scope in devices.grantable(person, device)) if device.scopes else ()
    limits = Limits(scopes=scopes, expires_at=clock.now() + TOKEN_LIFETIME)
    actor = Actor(ActorKind.PERSON, id=person.pk.hex, label=person.name, address=address)
    try:
        issued = issue_personal_token(actor=actor, person=person, name=device.device or "fondaco", limits=limits)
    except DomainError:  # fifty others were made in the meantime
        return DeviceDenied()
    transition(device, DeviceStatus.SPENT, actor=actor)
    deadlines.cancel(EXPIRES, subject_id=device.pk.hex)
    return issued
