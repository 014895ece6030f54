"""Facts as an operator reads them: what, who, about whom, when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery

from fondaco.accounts.models import Account
from fondaco.audit.kinds import all_kinds
from fondaco.audit.models import Event
from fondaco.partners.models import Partner


@dataclass(frozen=True, slots=True)
class Party:
    """Who a fact belongs to: an account or a partner, by wire id."""

    id: str
    name: str


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
    account: Party | None
    partner: Party | None
    details: list[tuple[str, str]]


def with_names(events: QuerySet[Event]) -> QuerySet[Event]:
    """``events`` with the names of the accounts and partners that they belong to, in the same query."""
    companies = Account.objects.filter(pk=OuterRef("account_id")).values("company_name")
    partners = Partner.objects.filter(pk=OuterRef("partner_id")).values("name")
    return events.annotate(account_name=Subquery(companies), partner_name=Subquery(partners))


def describe_events(events: Iterable[Event]) -> list[TrailLine]:
    """Lines for events that came :func:`with_names`, in their order; no query."""
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
            account=_party(event.account_id, event.account_name),  # type: ignore[attr-defined]  # annotated
            partner=_party(event.partner_id.hex if event.partner_id else None, event.partner_name),  # type: ignore[attr-defined]
            details=[(str(name), str(value)) for name, value in event.data.items() if value not in ("", None)],
        )
        for event in events
    ]


def _party(party_id: str | None, name: str | None) -> Party | None:
    return Party(party_id, name) if party_id and name else None
