"""Who did it. Every action takes an ``Actor``; every event row keeps one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    PERSON = "person"  # someone signed in, or holding a personal access token
    CLIENT = "client"  # a partner's program, by its OAuth client
    SYSTEM = "system"  # a deadline, a job, the dispatcher
    ANONYMOUS = "anonymous"  # a visitor, e.g. who applies to become a partner


@dataclass(frozen=True, slots=True)
class Actor:
    """The cause of a change: ``label`` is what a timeline shows, ``address`` the IP it came from when there was one."""

    kind: ActorKind
    id: str = ""
    label: str = ""
    address: str = ""

    @classmethod
    def system(cls, label: str) -> Actor:
        """The house itself; ``label`` names the part of it, e.g. ``sweeper``."""
        return cls(ActorKind.SYSTEM, id=label, label=label)

    @classmethod
    def anonymous(cls, *, label: str, address: str = "") -> Actor:
        """A visitor who has not signed in; ``label`` is what they call themselves."""
        return cls(ActorKind.ANONYMOUS, label=label, address=address)
