"""States of installations (as on the wire, DOMAIN 2.10), operations and trials."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from fondaco.audit.status import Machine
from fondaco.installs import events


class InstallationStatus(StrEnum):
    INSTALLING = "installing"
    PENDING = "pending"  # a change waits for the partner: "Updating"
    COMPLETED = "completed"  # "Active"
    FAILED = "failed"
    REJECTED = "rejected"
    TIMEOUT = "timeout"
    SUSPENDED = "suspended"  # "Trial expired"
    REVOKED = "revoked"  # gone


class OperationKind(StrEnum):
    INSTALL = "install"
    UPDATE = "update"
    UPGRADE = "upgrade"
    UNINSTALL = "uninstall"


class OperationStatus(StrEnum):
    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"
    TIMED_OUT = "timed_out"
    FAILED = "failed"
    SUPERSEDED = "superseded"


class TrialStatus(StrEnum):
    PENDING = "pending"  # chosen, not approved by the partner yet
    ACTIVE = "active"
    ENDED = "ended"


S, O, T = InstallationStatus, OperationStatus, TrialStatus

INSTALLATION: Final = Machine(
    name="installation",
    states=InstallationStatus,
    initial=S.INSTALLING,
    table={
        S.INSTALLING: frozenset({S.COMPLETED, S.REJECTED, S.TIMEOUT, S.FAILED, S.REVOKED}),
        # An uninstall starts from anything that is not gone; what was before comes back if the change is not made.
        S.PENDING: frozenset({S.COMPLETED, S.SUSPENDED, S.FAILED, S.REJECTED, S.TIMEOUT, S.REVOKED}),
        S.COMPLETED: frozenset({S.PENDING, S.SUSPENDED, S.REVOKED}),
        S.FAILED: frozenset({S.INSTALLING, S.PENDING, S.COMPLETED, S.REJECTED, S.TIMEOUT, S.REVOKED}),
        S.REJECTED: frozenset({S.INSTALLING, S.REVOKED}),
        S.TIMEOUT: frozenset({S.INSTALLING, S.REVOKED}),
        S.SUSPENDED: frozenset({S.PENDING, S.REVOKED}),
        S.REVOKED: frozenset(),
    },
    events={
        S.INSTALLING: events.INSTALLATION_RETRIED,
        S.PENDING: events.INSTALLATION_PENDING,
        S.COMPLETED: events.INSTALLATION_COMPLETED,
        S.FAILED: events.INSTALLATION_FAILED,
        S.REJECTED: events.INSTALLATION_REJECTED,
        S.TIMEOUT: events.INSTALLATION_TIMED_OUT,
        S.SUSPENDED: events.INSTALLATION_SUSPENDED,
        S.REVOKED: events.INSTALLATION_REVOKED,
    },
)

OPERATION: Final = Machine(
    name="operation",
    states=OperationStatus,
    initial=O.OPEN,
    table={
        O.OPEN: frozenset({O.APPROVED, O.REJECTED, O.TIMED_OUT, O.FAILED, O.SUPERSEDED}),
        O.APPROVED: frozenset(),
        O.REJECTED: frozenset(),
        O.TIMED_OUT: frozenset(),
        O.FAILED: frozenset(),
        O.SUPERSEDED: frozenset(),
    },
    events={
        O.APPROVED: events.OPERATION_APPROVED,
        O.REJECTED: events.OPERATION_REJECTED,
        O.TIMED_OUT: events.OPERATION_TIMED_OUT,
        O.FAILED: events.OPERATION_FAILED,
        O.SUPERSEDED: events.OPERATION_SUPERSEDED,
    },
)

TRIAL: Final = Machine(
    name="trial",
    states=TrialStatus,
    initial=T.PENDING,
    table={
        T.PENDING: frozenset({T.ACTIVE, T.ENDED}),
        T.ACTIVE: frozenset({T.ENDED}),
        T.ENDED: frozenset(),
    },
    events={T.ACTIVE: events.TRIAL_STARTED, T.ENDED: events.TRIAL_ENDED},
)
