"""Why Fondaco does not start, as one sentence that a person can act on."""

from __future__ import annotations


class StartRefused(Exception):
    """Starting is pointless until somebody mends something; ``str()`` says what, and how."""
