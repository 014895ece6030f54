"""Machines beside the tracks of a version: an account's leave to test an app, an app's way to another partner."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from fondaco.audit.status import Machine


class TesterStatus(StrEnum):
    INVITED = "invited"
    ACCEPTED = "accepted"
    DECLINED = "declined"  # by the account
    REMOVED = "removed"  # by the partner
    LEFT = "left"  # the account, after it had accepted


class TransferStatus(StrEnum):
    OFFERED = "offered"
    ACCEPTED = "accepted"  # by the receiving owner; the operator is to confirm
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    COMPLETED = "completed"
    REFUSED = "refused"  # by the operator


E, R = TesterStatus, TransferStatus

# The actions record these facts themselves: a transfer's steps belong to two partners.
TESTER: Final = Machine(
    name="test account",
    states=TesterStatus,
    initial=E.INVITED,
    table={
        E.INVITED: frozenset({E.ACCEPTED, E.DECLINED, E.REMOVED}),
        E.ACCEPTED: frozenset({E.REMOVED, E.LEFT}),
        E.DECLINED: frozenset(),
        E.REMOVED: frozenset(),
        E.LEFT: frozenset(),
    },
)
TRANSFER: Final = Machine(
    name="app transfer",
    states=TransferStatus,
    initial=R.OFFERED,
    table={
        R.OFFERED: frozenset({R.ACCEPTED, R.DECLINED, R.WITHDRAWN, R.EXPIRED}),
        R.ACCEPTED: frozenset({R.COMPLETED, R.REFUSED}),
        R.DECLINED: frozenset(),
        R.WITHDRAWN: frozenset(),
        R.EXPIRED: frozenset(),
        R.COMPLETED: frozenset(),
        R.REFUSED: frozenset(),
    },
)
OPEN_TESTER: Final = ("invited", "accepted")
OPEN_TRANSFER: Final = ("offered", "accepted")
