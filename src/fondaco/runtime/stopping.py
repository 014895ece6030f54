"""How a process of the house hears that it is to stop."""

from __future__ import annotations

import signal
import threading
from types import FrameType


def stop_event() -> threading.Event:
    """Set by the first SIGTERM or SIGINT; the second one has its usual effect."""
    stop = threading.Event()

    def note(number: int, frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)  # first, for who is just beginning to wait for the event holds its lock
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, note)
    return stop
