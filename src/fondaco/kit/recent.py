"""Remembering that something was seen, in bounded memory."""

from __future__ import annotations


class Recent:
    """What was added or looked up last: of ``at_least`` so many, and of at most twice as many.

    The older half is forgotten at once, which costs nothing while nobody waits, and no order has to be kept.
    """

    def __init__(self, at_least: int) -> None:
        self._at_least = at_least
        self._new: set[bytes] = set()
        self._old: set[bytes] = set()

    def __contains__(self, item: bytes) -> bool:
        if item in self._new:
            return True
        is_old = item in self._old
        if is_old:
            self.add(item)
        return is_old

    def add(self, item: bytes) -> None:
        """Keeps it for as long as fewer than ``at_least`` others come."""
        if len(self._new) >= self._at_least:
            self._old, self._new = self._new, set()
        self._new.add(item)
