"""Remembering that something was seen, in bounded memory."""

from __future__ import annotations

from time import monotonic


class Recent:
    """What was added or looked up last: of ``at_least`` so many, and of at most twice as many.

    What was not looked up for ``seconds`` may be forgotten as others come, and after twice as long it is. The older
    half is forgotten at once, which costs nothing while nobody waits, and no order has to be kept.
    """

    def __init__(self, at_least: int, *, seconds: float) -> None:
        self._at_least, self._seconds = at_least, seconds
        self._began_at = monotonic()
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
        """Keeps it for ``seconds``, unless ``at_least`` others come before."""
        now = monotonic()
        if len(self._new) >= self._at_least or now >= self._began_at + self._seconds:
            self._old, self._new, self._began_at = self._new, set(), now
        self._new.add(item)
