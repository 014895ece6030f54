"""Everything about one installation as of one moment, for partners who compare it with what they know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from fondaco.accounts.models import User
from fondaco.identity.models import CredentialSet
from fondaco.identity.queries import list_credentials
from fondaco.installs.models import AutoInstallRule, Installation, Operation, Trial
from fondaco.installs.queries import get_open_operation, list_users_of
from fondaco.kit import clock
from fondaco.messaging.feed import last_sequence
from fondaco.messaging.models import Message


@dataclass(frozen=True, slots=True)
class FullState:
    """``users`` are in force, not proposed. ``event`` announced the open ``operation``.

    Messages up to ``last_sequence`` are in it, and none beyond.
    """

    installation: Installation
    users: Sequence[User]
    rules: Sequence[AutoInstallRule]
    trial: Trial | None
    operation: Operation | None
    event: Message | None
    credentials: Sequence[CredentialSet]
    last_sequence: int
    as_of: datetime


def read_full_state(installation: Installation) -> FullState:
    """Reads while nobody can change the installation: every writer holds its row, and so does this."""
    with transaction.atomic():
        Installation.objects.select_for_update(no_key=True).only("pk").get(pk=installation.pk)
        held = Installation.objects.select_related(
            "app", "version", "plan", "account", "client", "installed_by__person"
        ).get(pk=installation.pk)
        operation = get_open_operation(held)
        return FullState(
            installation=held,
            users=list(list_users_of(held, None)),
            rules=list(held.auto_install_rules.order_by("id")),
            trial=Trial.objects.filter(installation=held).first(),
            operation=operation,
            event=Message.objects.filter(operation=operation).order_by("sequence").first() if operation else None,
            credentials=[each for each in list_credentials(held.client) if each.is_usable],
            last_sequence=last_sequence(held),
            as_of=clock.now(held.account_id),
        )
