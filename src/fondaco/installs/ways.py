"""What can be done about an installed app, by whom: pure, so that a test can prove that nobody is ever stuck (T1).

Pages show their buttons by it. The actions judge by the same states once more, under their lock; a test tries each.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from fondaco.installs.states import CHANGEABLE, RETRYABLE, InstallationStatus, OperationKind


class Way(StrEnum):
    RETRY = "retry"  # sends a failed order again, or asks anew
    CHANGE = "change"  # settings, plan, a newer version
    CANCEL = "cancel"  # removes what never worked, at once
    UNINSTALL = "uninstall"  # asks the partner, and is done after seven days in any case
    FORCE = "force"  # removes it at once
    WAIT = "wait"  # what is open ends by itself, at the latest at its deadline
    MEND = "mend"  # staff: decides which side of a failed update holds


@dataclass(frozen=True, slots=True)
class Situation:
    """Where an installation stands. ``open`` is the kind of the operation that waits for an answer."""

    status: InstallationStatus
    has_worked: bool = False
    open: OperationKind | None = None
    is_cut_off: bool = False

    @property
    def is_broken(self) -> bool:
        """A failed update."""
        return self.status == InstallationStatus.FAILED and self.has_worked


def customer_ways(at: Situation, *, may_force: bool = False) -> frozenset[Way]:
    """What a manager of the account can do; nothing once it is gone."""
    if at.status == InstallationStatus.REVOKED:
        return frozenset()
    can = {
        Way.RETRY: _can_retry(at),
        Way.CHANGE: at.status in CHANGEABLE and at.open is None and not at.is_cut_off,
        Way.CANCEL: not at.has_worked,
        Way.UNINSTALL: at.has_worked and at.open is None,
        Way.FORCE: may_force,
        Way.WAIT: at.open is not None,
    }
    return frozenset(way for way, is_open in can.items() if is_open)


def staff_ways(at: Situation) -> frozenset[Way]:
    """What the operator's support can do."""
    if at.status == InstallationStatus.REVOKED:
        return frozenset()
    return frozenset({Way.FORCE, Way.MEND} if at.is_broken and at.open is None else {Way.FORCE})


def _can_retry(at: Situation) -> bool:
    if at.is_broken or at.is_cut_off or at.status not in RETRYABLE:
        return False
    return at.open in {None, OperationKind.INSTALL}
