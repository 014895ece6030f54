"""Where a person works, whatever kind of place it is: what a token can be limited to, and what it can be allowed."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from fondaco.accounts.models import Account, Operator, Person
from fondaco.accounts.permissions import Permission
from fondaco.identity.models import IdentityProvider
from fondaco.kit.ids import parse_wire
from fondaco.partners.models import Partner

STAFF = "operator:staff"


@dataclass(frozen=True, slots=True)
class Workplace:
    """``key`` is ``account:{id}``, ``partner:{id}`` or ``operator:staff``."""

    key: str
    name: str
    permissions: frozenset[Permission]

    @property
    def kind(self) -> str:
        """``account``, ``partner`` or ``operator``."""
        return self.key.partition(":")[0]


def list_workplaces(person: Person) -> list[Workplace]:
    """Every place that is open to the person's tokens; an account that wants its people to come through its own
    provider is open to those of its administrators only."""
    demanding = IdentityProvider.objects.filter(account=OuterRef("account_id"), is_enabled=True, is_required=True)
    seats = person.users.filter(Q(role__key="admin") | ~Exists(demanding), is_active=True)
    users = seats.select_related("account", "role").order_by("created_at")
    members = person.memberships.filter(is_active=True).select_related("partner").order_by("created_at")
    operators = Operator.objects.filter(person=person, is_active=True)
    return [
        *(Workplace(f"account:{user.account_id}", user.account.company_name, user.permissions) for user in users),
        *(Workplace(f"partner:{each.partner_id.hex}", each.partner.name, each.permissions) for each in members),
        *(Workplace(STAFF, settings.PLATFORM_NAME, operator.permissions) for operator in operators),
    ]


def name_of_place(key: str) -> str:
    """What people call the place behind a :class:`Workplace` key; the key itself when the place is gone."""
    kind, _colon, place_id = key.partition(":")
    if key == STAFF:
        return settings.PLATFORM_NAME
    if kind == "account":
        return Account.objects.filter(pk=place_id).values_list("company_name", flat=True).first() or key
    found = parse_wire(place_id)
    return (Partner.objects.filter(pk=found).values_list("name", flat=True).first() if found else None) or key


def permissions_of(person: Person, *, place: str = "") -> frozenset[Permission]:
    """What the person may do at ``place``, or anywhere when none is named; nothing at a place that is not theirs."""
    found = (each.permissions for each in list_workplaces(person) if place in {"", each.key})
    return frozenset[Permission]().union(*found)
