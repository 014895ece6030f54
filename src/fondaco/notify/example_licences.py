"""The rows that example mails about automatic licences are about."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from fondaco.accounts.models import Person, User
from fondaco.audit.actor import Actor
from fondaco.audit.status import transition
from fondaco.installs import snapshots
from fondaco.installs.models import AwaitedLicence, Installation, Operation
from fondaco.installs.states import OperationKind, OperationStatus
from fondaco.kit import clock


def make_automatic(installation_id: UUID, *, actor: Actor, domain: str) -> dict[str, UUID]:
    """A change that rules brought about, one that was declined, and two people beyond the limit of another app."""
    installation = Installation.objects.get(pk=installation_id)
    installation.auto_install_cap = installation.total_licences
    installation.save(update_fields=["auto_install_cap"])
    users = [_add(installation, name, domain) for name in ("Nia New", "Ole Other")]
    now = clock.now()
    for user in users:
        AwaitedLicence.objects.create(installation=installation, user=user, withheld_at=now)
    return {
        "automatic change": _change(installation, users, OperationStatus.APPROVED, actor),
        "declined automatic change": _change(installation, users, OperationStatus.REJECTED, actor),
        "installation at its limit": installation.pk,
    }


def _add(installation: Installation, name: str, domain: str) -> User:
    person = Person.objects.create(email=f"{name.split(maxsplit=1)[0].lower()}.rule@{domain}", name=name)
    role = installation.account.roles.get(key="agent")
    return User.objects.create(account=installation.account, person=person, role=role)


def _change(installation: Installation, users: list[User], outcome: OperationStatus, actor: Actor) -> UUID:
    current = snapshots.take(installation)
    operation = Operation.objects.create(
        installation=installation,
        kind=OperationKind.UPDATE.value,
        is_automatic=True,
        current=current,
        proposed={
            **current,
            "users": sorted(user.pk for user in users),
            "total_licences": current["total_licences"] + len(users),
        },
        answer="" if outcome == OperationStatus.APPROVED else "Our licence server is being moved.",
        answer_due_at=clock.now() + timedelta(days=7),
    )
    return transition(operation, outcome, actor=actor).pk
