"""The data fields of the data APIs (DOMAIN 9.2) that a version may say it reads, each with the scope that it takes.

The one table of it. A version declares what it reads; saving refuses what its scopes do not allow (T10), customers read
the list before they install, and a scope to read of which nothing is declared looks superfluous to the checks.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fondaco.catalog.scopes import SCOPES


@dataclass(frozen=True, slots=True)
class DataField:
    """``words`` follow the consent of the scope: *Reads the people in your account: their names*."""

    name: str
    scope: str
    words: Promise


_CATALOGUE: Final = (
    DataField("account.name", "account:read", _("its name on the platform")),
    DataField("account.company_name", "account:read", _("the company's name")),
    DataField("account.timezone", "account:read", _("the time zone")),
    DataField("user.name", "users:read", _("their names")),
    DataField("user.email", "users:read", _("their e-mail addresses")),
    DataField("user.active", "users:read", _("whether they still work with the account")),
    DataField("user.gender", "users:read", _("their gender")),
    DataField("user.extension", "users:read", _("their extensions")),
    DataField("user.external_phone_number", "users:read", _("their own phone numbers")),
    DataField("contact.name", "contacts:read", _("their names")),
    DataField("contact.company", "contacts:read", _("their companies")),
    DataField("contact.phones", "contacts:read", _("their phone numbers")),
    DataField("recording.call", "recordings:read", _("which call it was, when and how long")),
    DataField("recording.participants", "recordings:read", _("who takes part")),
    DataField("recording.media", "recordings:read", _("the sound itself")),
    DataField("ring_group.name", "user-ring-groups:read", _("the groups' names")),
    DataField("ring_group.users", "user-ring-groups:read", _("who is in them")),
    DataField("queue.name", "queues:read", _("their names")),
    DataField("queue.users", "queues-users:read", _("who is on them")),
    DataField("report.calls", "data-reports:read", _("single calls: numbers, people, times, notes")),
    DataField("report.contacts", "data-reports:read", _("contacts and when they were in touch")),
    DataField("report.user_status", "data-reports:read", _("who was available when")),
)
DATA_FIELDS: Final[dict[str, DataField]] = {each.name: each for each in _CATALOGUE}
SCOPES_OF_FIELDS: Final = frozenset(each.scope for each in _CATALOGUE)


def fields_of_scope(scope: str) -> list[DataField]:
    """What can be read with ``scope``, in the table's order."""
    return [each for each in _CATALOGUE if each.scope == scope]


def describe_fields(scope: str, declared: Collection[str]) -> str:
    """What a version reads with ``scope``, in words; empty when it declares nothing of it."""
    return ", ".join(str(each.words) for each in fields_of_scope(scope) if each.name in declared)


def describe_permission(scope: str, declared: Collection[str]) -> str:
    """What a customer reads of a scope in the catalogue: what it allows, and what of that is read."""
    return ": ".join(filter(None, [str(SCOPES[scope].consent), describe_fields(scope, declared)]))


def fields_without_scope(declared: Iterable[str], scopes: Collection[str]) -> dict[str, list[str]]:
    """Scope that is missing → the declared fields that take it."""
    found: dict[str, list[str]] = {}
    for name in declared:
        field = DATA_FIELDS.get(name)
        if field and field.scope not in scopes:
            found.setdefault(field.scope, []).append(field.name)
    return found
