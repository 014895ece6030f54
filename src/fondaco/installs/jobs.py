"""Jobs of the installs domain."""

from __future__ import annotations

from time import monotonic
from typing import Final
from uuid import UUID

from fondaco.installs.actions import access, clearing
from fondaco.kit import jobs

TURN_SECONDS: Final = 10.0  # a worker that is asked to stop waits for it, and one that dies has it done again


@jobs.task(access.FOLLOW)
def follow_cutoff(cutoff_id: str, after: str = "") -> None:
    """Batches of installations for some seconds, then the next turn. A repetition finds what is done and leaves it."""
    until = monotonic() + TURN_SECONDS
    following = UUID(hex=after) if after else None
    while True:
        following = access.follow_cutoff(actor=access.FOLLOWER, cutoff_id=UUID(hex=cutoff_id), after=following)
        if following is None:
            return
        if monotonic() >= until:
            break
    turn = {"cutoff_id": cutoff_id, "after": following.hex}
    jobs.defer_all(access.FOLLOW, [turn], priority=jobs.Priority.URGENT)


@jobs.task(access.FOLLOW_ONE)
def follow_cutoff_for_one(cutoff_id: str, installation_id: str) -> None:
    """An installation that failed among others, again and again until it works or a day and a half has passed."""
    access.follow_for(
        actor=access.FOLLOWER, cutoff_id=UUID(hex=cutoff_id), installation_ids=[UUID(hex=installation_id)]
    )


@jobs.task(clearing.CLEAR)
def clear_version(clearance_id: str) -> None:
    """One batch of what is left of an ended version, then the next. A repetition finds what is gone and leaves it."""
    if clearing.clear_batch(actor=clearing.CLEARER, clearance_id=UUID(hex=clearance_id)):
        jobs.defer(clearing.CLEAR, clearance_id=clearance_id)
