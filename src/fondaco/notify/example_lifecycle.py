"""The rows that example mails about an app's life are about: test accounts, and ways to another partner."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from fondaco.accounts.actions import create_account
from fondaco.accounts.models import Account, Person
from fondaco.audit.actor import Actor
from fondaco.audit.status import transition
from fondaco.catalog.lifecycle_states import TesterStatus, TransferStatus
from fondaco.catalog.models import App, AppTester, AppTransfer
from fondaco.kit import clock
from fondaco.partners.models import Member, MemberRole, Partner

# The steps to each end. What is still open comes last: there is one of those at a time.
_TESTS: Final[dict[str, tuple[TesterStatus, ...]]] = {
    "declined test": (TesterStatus.DECLINED,),
    "ended test": (TesterStatus.ACCEPTED, TesterStatus.LEFT),
    "removed test": (TesterStatus.ACCEPTED, TesterStatus.REMOVED),
    "invited test": (),
}
_TRANSFERS: Final[dict[str, tuple[TransferStatus, ...]]] = {
    "declined transfer": (TransferStatus.DECLINED,),
    "withdrawn transfer": (TransferStatus.WITHDRAWN,),
    "expired transfer": (TransferStatus.EXPIRED,),
    "refused transfer": (TransferStatus.ACCEPTED, TransferStatus.REFUSED),
    "completed transfer": (TransferStatus.ACCEPTED, TransferStatus.COMPLETED),
    "accepted transfer": (TransferStatus.ACCEPTED,),
}
_REASONS: Final = {
    "declined transfer": "We have no team for it this year.",
    "refused transfer": "The contract names another company than the one that accepted.",
}


def make_lifecycle(
    app: App, *, mara: Member, account: Account, tester: Person, actor: Actor, domain: str
) -> dict[str, UUID]:
    """Every way that a test or a transfer of ``mara``'s app can go; ``tester`` answers for the account."""
    receiver = _make_receiver(actor, domain)
    calendar = App.objects.create(partner=mara.partner, name="Calendar (example)", slug="calendar-example")
    return {
        "app": app.pk,
        **{name: _test(app, account, mara, tester, steps, actor) for name, steps in _TESTS.items()},
        **{
            name: _transfer(app, mara, receiver, steps, actor, reason=_REASONS.get(name, ""))
            for name, steps in _TRANSFERS.items()
        },
        "offered transfer": _transfer(calendar, mara, receiver, (), actor),
    }


def _make_receiver(actor: Actor, domain: str) -> Member:
    """The owner of another partner."""
    sandbox = create_account(
        actor=actor, name="example-northwind", company_name="Northwind Labs (example, developer)", is_sandbox=True
    )
    partner = Partner.objects.create(
        name="Northwind Labs (example)",
        website=f"https://northwind.{domain}",
        contact_email=f"northwind@{domain}",
        developer_account=sandbox,
    )
    devi = Person.objects.create(email=f"devi@{domain}", name="Devi Rao")
    return Member.objects.create(partner=partner, person=devi, role=MemberRole.OWNER.value)


def _test(
    app: App, account: Account, mara: Member, tester: Person, steps: tuple[TesterStatus, ...], actor: Actor
) -> UUID:
    test = AppTester.objects.create(
        app=app,
        account=account,
        invited_by=mara.person.name,
        answered_by=tester.name if steps else "",
        note="The new first page is nearly done. Please tell us what is missing.",
    )
    for step in steps:
        transition(test, step, actor=actor)
    return test.pk


def _transfer(
    app: App, mara: Member, receiver: Member, steps: tuple[TransferStatus, ...], actor: Actor, *, reason: str = ""
) -> UUID:
    transfer = AppTransfer.objects.create(
        app=app,
        giver=mara.partner,
        receiver=receiver.partner,
        note="As agreed on the phone.",
        offered_by=mara.person.name,
        answered_by=receiver.person.name if steps else "",
        reason=reason,
        expires_at=clock.now() + timedelta(days=14),
    )
    for step in steps:
        transition(transfer, step, actor=actor)
    return transfer.pk
