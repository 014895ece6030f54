"""States of an invitation."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from fondaco.accounts import events
from fondaco.audit.status import Machine


class InvitationStatus(StrEnum):
    PENDING = "pending"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


INVITATION: Final = Machine(
    name="invitation",
    states=InvitationStatus,
    initial=InvitationStatus.PENDING,
    table={
        InvitationStatus.PENDING: frozenset(
            {InvitationStatus.ACCEPTED, InvitationStatus.WITHDRAWN, InvitationStatus.EXPIRED}
        ),
        InvitationStatus.ACCEPTED: frozenset(),
        InvitationStatus.WITHDRAWN: frozenset(),
        InvitationStatus.EXPIRED: frozenset(),
    },
    events={
        InvitationStatus.ACCEPTED: events.INVITATION_ACCEPTED,
        InvitationStatus.WITHDRAWN: events.INVITATION_WITHDRAWN,
        InvitationStatus.EXPIRED: events.INVITATION_EXPIRED,
    },
)
