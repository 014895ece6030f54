"""States of clients and credential sets."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from fondaco.audit.status import Machine
from fondaco.identity import events


class ClientStatus(StrEnum):
    ACTIVE = "active"
    SUSPENDED = "suspended"  # program tokens still work, people are not signed in (DOMAIN 3.4)
    REVOKED = "revoked"


CLIENT: Final = Machine(
    name="OAuth client",
    states=ClientStatus,
    initial=ClientStatus.ACTIVE,
    table={
        ClientStatus.ACTIVE: frozenset({ClientStatus.SUSPENDED, ClientStatus.REVOKED}),
        ClientStatus.SUSPENDED: frozenset({ClientStatus.ACTIVE, ClientStatus.REVOKED}),
        ClientStatus.REVOKED: frozenset(),
    },
    events={
        ClientStatus.ACTIVE: events.CLIENT_RESUMED,
        ClientStatus.SUSPENDED: events.CLIENT_SUSPENDED,
        ClientStatus.REVOKED: events.CLIENT_REVOKED,
    },
)


class CredentialStatus(StrEnum):
    ISSUED = "issued"  # valid; not yet acknowledged by the partner when it came by rotation
    ACKNOWLEDGED = "acknowledged"
    REVOKED = "revoked"


CREDENTIALS: Final = Machine(
    name="credential set",
    states=CredentialStatus,
    initial=CredentialStatus.ISSUED,
    table={
        CredentialStatus.ISSUED: frozenset({CredentialStatus.ACKNOWLEDGED, CredentialStatus.REVOKED}),
        CredentialStatus.ACKNOWLEDGED: frozenset({CredentialStatus.REVOKED}),
        CredentialStatus.REVOKED: frozenset(),
    },
    events={
        CredentialStatus.ACKNOWLEDGED: events.CREDENTIALS_ACKNOWLEDGED,
        CredentialStatus.REVOKED: events.CREDENTIALS_REVOKED,
    },
)


class CutoffStatus(StrEnum):
    IN_FORCE = "in_force"
    LIFTED = "lifted"  # what was issued before stays dead


CUTOFF: Final = Machine(
    name="cut-off",
    states=CutoffStatus,
    initial=CutoffStatus.IN_FORCE,
    table={CutoffStatus.IN_FORCE: frozenset({CutoffStatus.LIFTED}), CutoffStatus.LIFTED: frozenset()},
    events={CutoffStatus.LIFTED: events.ACCESS_RESTORED},
)


class DeviceStatus(StrEnum):
    PENDING = "pending"  # its code waits for somebody to type it
    APPROVED = "approved"
    DENIED = "denied"
    SPENT = "spent"  # the device has its token
    EXPIRED = "expired"


DEVICE: Final = Machine(
    name="device authorization",
    states=DeviceStatus,
    initial=DeviceStatus.PENDING,
    table={
        DeviceStatus.PENDING: frozenset({DeviceStatus.APPROVED, DeviceStatus.DENIED, DeviceStatus.EXPIRED}),
        DeviceStatus.APPROVED: frozenset({DeviceStatus.SPENT, DeviceStatus.EXPIRED}),
        DeviceStatus.DENIED: frozenset(),
        DeviceStatus.SPENT: frozenset(),
        DeviceStatus.EXPIRED: frozenset(),
    },
    events={DeviceStatus.APPROVED: events.DEVICE_APPROVED, DeviceStatus.DENIED: events.DEVICE_DENIED},
)
