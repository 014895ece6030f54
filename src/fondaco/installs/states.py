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


# Never without an open operation. Who reads the two one after the other may miss it in between.
MOVING: Final = frozenset({InstallationStatus.INSTALLING, InstallationStatus.PENDING})


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


class Decision(StrEnum):
    """What a partner's program may answer."""

    APPROVE = "approve"
    REJECT = "reject"


class SnapshotSide(StrEnum):
    """One of the two that an operation holds."""

    CURRENT = "current"  # what was in force when it was asked for
    PROPOSED = "proposed"


class Mending(StrEnum):
    """What staff can do about an update that could not be completed."""

    RETRY = "retry"  # what failed, once more
    CURRENT = "current"  # what was in force before holds
    PROPOSED = "proposed"  # what was asked for holds
    ASK_AGAIN = "ask_again"  # the partner gets the same question once more


class Lack(StrEnum):
    """What somebody misses who cannot open an app."""

    ROLE = "role"  # theirs does not include Launch
    STATE = "state"  # the installation is not ready
    LICENCE = "licence"


class UninstallReason(StrEnum):
    """Why a customer removes an app; the wire's ``reason.type`` (DOMAIN 1.4)."""

    NOT_NEEDED = "not_needed"
    TOO_EXPENSIVE = "too_expensive"
    MISSING_FEATURES = "missing_features"
    TECHNICAL_ISSUES = "technical_issues"
    TRIAL_ONLY = "trial_only"
    OTHER = "other"


class TrialEnd(StrEnum):
    """Why a trial ended; ``trial_expired`` is the system's doing, the others a user's."""

    EXPIRED = "trial_expired"
    UNINSTALLED = "app_uninstalled"
    UPGRADED = "plan_upgraded"


class ClearanceStatus(StrEnum):
    RUNNING = "running"
    FINISHED = "finished"


# What waits for the partner while the app goes on as it was, and is simply dropped when the answer is no.
CHANGES: Final = frozenset({OperationKind.UPDATE, OperationKind.UPGRADE})
BROKEN: Final = "broken"  # what became of a change that could neither be completed nor be taken back

S, O, T = InstallationStatus, OperationStatus, TrialStatus  # noqa: E741 - read in the tables below

INSTALLATION: Final = Machine(
    name="installation",
    states=InstallationStatus,
    initial=S.INSTALLING,
    table={
        S.INSTALLING: frozenset({S.COMPLETED, S.REJECTED, S.TIMEOUT, S.FAILED, S.REVOKED}),
        # An uninstall starts from anything that is not gone; what was before comes back if the change is not made.
        S.PENDING: frozenset({S.COMPLETED, S.SUSPENDED, S.FAILED, S.REJECTED, S.TIMEOUT, S.REVOKED}),
        S.COMPLETED: frozenset({S.PENDING, S.SUSPENDED, S.REVOKED}),
        S.FAILED: frozenset({S.INSTALLING, S.PENDING, S.COMPLETED, S.SUSPENDED, S.REJECTED, S.TIMEOUT, S.REVOKED}),
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

# While a change waits for the partner, people go on working (DOMAIN 2.10); whether a trial is over, the client knows.
LAUNCHABLE: Final = frozenset({S.COMPLETED, S.PENDING})
# The customer may send these again: the first as the same operation, the others as a new one.
RETRYABLE: Final = frozenset({S.FAILED, S.REJECTED, S.TIMEOUT})
CLEARANCE: Final = Machine(
    name="clearance",
    states=ClearanceStatus,
    initial=ClearanceStatus.RUNNING,
    table={ClearanceStatus.RUNNING: frozenset({ClearanceStatus.FINISHED}), ClearanceStatus.FINISHED: frozenset()},
    events={ClearanceStatus.FINISHED: events.CLEARANCE_FINISHED},
)
# Settings may be changed of what works, and of what a paid plan would make work again.
CHANGEABLE: Final = frozenset({S.COMPLETED, S.SUSPENDED})


def standing_of(may_sign_users_in: bool) -> InstallationStatus:
    """How an app that worked stands when no change waits; its trial may have ended meanwhile."""
    return S.COMPLETED if may_sign_users_in else S.SUSPENDED
