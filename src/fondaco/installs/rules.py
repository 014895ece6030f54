"""Auto-install rules of an installation, in force and to come, and who waits for a licence by them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fondaco.accounts.models import User
from fondaco.installs.auto_install import AutoInstall
from fondaco.installs.models import Installation, Operation
from fondaco.installs.snapshots import Rule
from fondaco.installs.states import OperationKind
from fondaco.kit.deadlines import find_due

LICENCES_DUE: Final = "installation.licences_due"


@dataclass(frozen=True, slots=True)
class Waiting:
    """Users who are to get a licence by a rule. ``due_at``: when the next change is proposed, if one is planned."""

    coming: tuple[User, ...]
    withheld: tuple[User, ...]  # a limit keeps it from them
    due_at: datetime | None


def rules_of(installation: Installation) -> AutoInstall:
    """The rules in force."""
    rules: list[Rule] = [{"filter": row.filter, "match": row.match} for row in installation.sorted_rules]
    return AutoInstall(tuple(rules), installation.auto_install_cap)


def rules_to_be(installation: Installation, operation: Operation | None) -> AutoInstall:
    """The rules as they will be once the open operation is approved, as the partner reads them."""
    if operation is None or operation.kind == OperationKind.UNINSTALL:
        return rules_of(installation)
    proposed = operation.proposed
    return AutoInstall(tuple(proposed["auto_install"]), proposed.get("auto_install_cap"))


def find_waiting(installation: Installation) -> Waiting:
    """Who waits, the first first. The caller got the installation from a scoped query."""
    rows = installation.awaited_licences.filter(user__is_active=True).exclude(user__licences__installation=installation)
    found = list(rows.select_related("user__person", "user__role").order_by("created_at", "id"))
    due = find_due(LICENCES_DUE, [installation.pk.hex])
    return Waiting(
        coming=tuple(row.user for row in found if row.withheld_at is None),
        withheld=tuple(row.user for row in found if row.withheld_at is not None),
        due_at=due.get(installation.pk.hex),
    )
