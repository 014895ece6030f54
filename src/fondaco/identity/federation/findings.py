"""What a test of a company's sign-in finds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. ``tone`` is good, warn or bad; with a bad one nobody can sign in."""

    tone: str
    text: str
