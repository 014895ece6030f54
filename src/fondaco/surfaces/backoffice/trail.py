"""Facts as an operator reads them: what, who, about whom, when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fondaco.accounts.models import Account, Operator
from fondaco.accounts.queries import list_accounts
from fondaco.audit.kinds import all_kinds
from fondaco.audit.models import Event
from fondaco.partners.models import Partner
from fondaco.partners.queries import list_partners


@dataclass(frozen=True, slots=True)
class TrailLine:
    """One fact. ``account`` and ``partner`` are who it belongs to; ``details`` its data, one pair a line."""

    id: str
    kind: str
    meaning: str
    occurred_at: datetime
    who: str
    address: str
    subject: str
    account: Account | None
    partner: Partner | None
    details: list[tuple[str, str]]


def describe_events(by: Operator, events: Sequence[Event]) -> list[TrailLine]:
    """Lines for ``events`` in their order, with the names of accounts and partners; two queries."""
    accounts = list_accounts(by).in_bulk({event.account_id for event in events if event.account_id})
    partners = list_partners(by).in_bulk({event.partner_id for event in events if event.partner_id})
    meanings = {kind.name: kind.meaning for kind in all_kinds()}
    return [
        TrailLine(
            id=event.pk.hex,
            kind=event.kind,
            meaning=meanings.get(event.kind, event.kind),
            occurred_at=event.occurred_at,
            who=event.actor_label or event.actor_kind,
            address=event.actor_address,
            subject=f"{event.subject_type} {event.subject_id}",
            account=accounts.get(event.account_id),
            partner=partners.get(event.partner_id) if event.partner_id else None,
            details=[(str(name), str(value)) for name, value in event.data.items() if value not in ("", None)],
        )
        for event in events
    ]
