"""The registry of checks. Each is declared once, in a module of its own in ``review.checks``."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from django.utils.functional import Promise

from fondaco.catalog.states import Track
from fondaco.review.checking.dossier import Dossier
from fondaco.review.checking.network import Network

RULESET: Final = 2  # grows with every check that is added or becomes stricter; a run keeps the one it was made by
_ID: Final = re.compile(r"[a-z]+(-[a-z]+)*")
_checks: dict[str, Check] = {}


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    ADVICE = "advice"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not right: what, in which field (``listing.privacy_url``), and how to mend it.

    An empty ``mend`` stands for what the check says in general.
    """

    found: str
    where: str = ""
    mend: str = ""


class Skip(Exception):
    """There is nothing for this check to look at; the text says why."""


Examine = Callable[[Dossier], Iterable[Finding]]
Ask = Callable[[Dossier, Network], Awaitable[Iterable[Finding]]]


@dataclass(frozen=True, slots=True)
class Check:
    """One rule. ``since`` is the ruleset that brought it; one that ``blocks`` must be mended or waived.

    ``run`` is given the dossier; of network checks also the way to the outside, and awaited.
    """

    id: str
    title: Promise
    mend: Promise
    since: int
    track: Track
    severity: Severity
    blocks: bool
    is_network: bool
    run: Callable[..., Any]

    @property
    def explanation(self) -> str:
        """What it looks at and how far that goes, for the reference."""
        return " ".join((self.run.__doc__ or "").split())


def check(
    id: str,  # noqa: A002 - the word of the house
    title: Promise,
    *,
    since: int,
    track: Track,
    severity: Severity,
    mend: Promise,
    blocks: bool = False,
) -> Callable[[Examine], Examine]:
    """Registers a check that needs nothing but the dossier."""

    def register(run: Examine) -> Examine:
        _add(Check(id, title, mend, since, track, severity, blocks, is_network=False, run=run))
        return run

    return register


def network_check(
    id: str,  # noqa: A002
    title: Promise,
    *,
    since: int,
    track: Track,
    severity: Severity,
    mend: Promise,
    blocks: bool = False,
) -> Callable[[Ask], Ask]:
    """Registers a check that asks the partner's programs and pages; the watch over live apps repeats these."""

    def register(run: Ask) -> Ask:
        _add(Check(id, title, mend, since, track, severity, blocks, is_network=True, run=run))
        return run

    return register


def all_checks() -> list[Check]:
    """Every check there is, by track and id."""
    return sorted(_checks.values(), key=lambda one: (one.track != Track.TECHNICAL, one.id))


def checks_of(ruleset: int, *, network_only: bool = False) -> list[Check]:
    """The checks of a ruleset; ``network_only`` leaves those that the watch repeats."""
    return [one for one in all_checks() if one.since <= ruleset and (one.is_network or not network_only)]


def find_check(check_id: str) -> Check | None:
    """A check by its id; None for one that is no more."""
    return _checks.get(check_id)


def title_of(check_id: str) -> str:
    """A check's title in the reader's language; its id when it is no more."""
    found = _checks.get(check_id)
    return str(found.title) if found else check_id


def _add(one: Check) -> None:
    if not _ID.fullmatch(one.id):
        raise ValueError(f"{one.id!r} is not of the form words-with-hyphens")
    if one.id in _checks:
        raise ValueError(f"the check {one.id!r} is declared twice")
    _checks[one.id] = one
