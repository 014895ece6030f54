"""The words and codes of the device flow (RFC 8628), and reads of who asks."""

from __future__ import annotations

import secrets
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fondaco.accounts.models import Person
from fondaco.accounts.permissions import Permission
from fondaco.identity.errors import NoSuchUserCode
from fondaco.identity.models import DeviceAuthorization
from fondaco.identity.places import list_workplaces, permissions_of
from fondaco.identity.states import DeviceStatus
from fondaco.kit import clock, crypto

GRANT: Final = "urn:ietf:params:oauth:grant-type:device_code"
PROGRAMS: Final[dict[str, Promise]] = {"fondaco-cli": _("the fondaco command line")}
DEVICE_PREFIX: Final = "fdd_"
# No vowels, so no words; no letters that are taken for others or for digits (RFC 8628 §6.1). 20^8 codes.
ALPHABET: Final = "BCDFGHJKLMNPQRSTVWXZ"
LENGTH: Final = 8


def new_user_code() -> str:
    """``WDJB-MJHT``."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return f"{letters[:4]}-{letters[4:]}"


def read_user_code(typed: str) -> str:
    """The letters of what a person typed, in whatever case and with whatever between; "" when it cannot be a code."""
    letters = "".join(each for each in typed[:40].upper() if each.isalnum())
    is_code = len(letters) == LENGTH and set(letters) <= set(ALPHABET)
    return f"{letters[:4]}-{letters[4:]}" if is_code else ""


def find_waiting_device(typed: str) -> DeviceAuthorization:
    """The request that waits with this code; raises :class:`NoSuchUserCode`."""
    code = read_user_code(typed)
    waiting = DeviceAuthorization.objects.filter(
        user_code_hash__in=crypto.keyed_hashes(code), status=DeviceStatus.PENDING, expires_at__gt=clock.now()
    )
    found = waiting.first() if code else None
    if found is None:
        raise NoSuchUserCode
    return found


def list_coming_devices(person: Person) -> list[DeviceAuthorization]:
    """Those that the person let in and that have not fetched their token yet, newest first."""
    found = DeviceAuthorization.objects.filter(
        decided_by=person, status=DeviceStatus.APPROVED, expires_at__gt=clock.now()
    )
    return list(found.order_by("-id"))


def can_approve(person: Person, device: DeviceAuthorization) -> bool:
    """Whether the person has anything to give: one of the permissions asked for, or a place when all are."""
    return bool(grantable(person, device) if device.scopes else list_workplaces(person))


def grantable(person: Person, device: DeviceAuthorization) -> list[Permission]:
    """What the person can let the device do: of what it asks for, what they have somewhere themselves."""
    held = permissions_of(person)
    return [one for one in Permission if one in held and (not device.scopes or one in device.scopes)]
