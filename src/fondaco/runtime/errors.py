"""Why Fondaco does not start, as one sentence that a person can act on."""

from __future__ import annotations


class StartRefused(Exception):  # noqa: N818 (it is an answer, not a fault)
    """Starting is pointless until somebody mends something; ``str()`` says what, and how."""
