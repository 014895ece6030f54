"""What the demo's customers did with the apps: one installation in every state.

Those whose program runs in the demo are ordered a few minutes ago and are answered by it as soon as everything has
started. The others belong to programs that do not run here, so they stay as they are shown.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from django.db import transaction

from fondaco.accounts.models import Account, User
from fondaco.audit.actor import Actor, ActorKind
from fondaco.catalog.models import App, Version
from fondaco.catalog.queries import latest_published
from fondaco.installs import actions
from fondaco.installs.actions import Consent
from fondaco.installs.actions.breaking import carry_out
from fondaco.installs.auto_install import NOBODY, AutoInstall
from fondaco.installs.changes import Settings
from fondaco.installs.models import Installation, Operation
from fondaco.installs.queries import consent_text
from fondaco.installs.states import OperationKind, OperationStatus, SnapshotSide
from fondaco.kit import clock, deadlines
from fondaco.kit.errors import DomainError
from fondaco.messaging.actions import Outcome
from fondaco.messaging.models import Delivery
from fondaco.messaging.results import record_attempt
from fondaco.runtime.demo.people import actor_for

_NEW_AGENTS: Final = AutoInstall(({"filter": "role", "match": "agent"},), cap=20)
_DISPATCHER: Final = Actor.system("dispatcher")


class FailsOnPurpose(DomainError):
    """Stands for a fault that nobody thought of; there must be no way to come upon one otherwise."""

    code = "demo-fault"
    message = "This change of the demo fails on purpose, so that a failed update can be looked at and mended."


def make_installations() -> None:
    """Brings each installation to its state, oldest first."""
    _order("cadence-coach", days=31, plan="Trial", seats=6, then=_approve)
    _order("vault-notes", days=8, plan="Vault", seats=4, then=_take)
    _order("signal-boards", days=6, plan="Wall", seats=8, then=_remove)
    _order("lingua-live", days=3, plan="Interpreter", seats=3, then=_decline)
    _order("paywave-secure", days=2, plan="Pay as you go", seats=5, then=_fail)
    _order("whisper-qa", hours=2, plan="Trial", seats=5, then=_take)
    _order("northwind-crm", minutes=12, plan="Team", seats=12, auto_install=_NEW_AGENTS)
    _order("ledgerline", minutes=10, plan="Team", seats=9)
    _order("deskbridge", minutes=9, plan="Bridge", seats=13)
    _order("callback-desk", minutes=8, plan="Trial", seats=7)
    _order("tempo-wfm", minutes=7, plan="Planner", seats=13)
    _order("northwind-crm", account="harbour", minutes=6, plan="Team", seats=4)
    _order("signal-boards", account="harbour", hours=5, plan="Wall", seats=3, then=_break)
    while deadlines.sweep_once():  # what was due in the meantime: the trial that ended, the answer that never came
        pass


def _order(
    slug: str,
    *,
    account: str = "starship",
    plan: str,
    seats: int,
    then: Callable[[Installation], None] | None = None,
    auto_install: AutoInstall = NOBODY,
    **ago: int,
) -> None:
    app, buyer = App.objects.get(slug=slug), Account.objects.get(name=account)
    with clock.travel(-timedelta(**ago)):
        installation = Installation.objects.filter(app=app, account=buyer).first() or _install(
            app, buyer, plan, seats, auto_install
        )
        if then is not None:
            then(installation)


def _install(app: App, buyer: Account, plan: str, seats: int, auto_install: AutoInstall) -> Installation:
    people = buyer.users.select_related("person", "role", "account")
    by = people.filter(role__key="admin").earliest("created_at", "id")
    others = list(buyer.users.exclude(pk=by.pk).order_by("created_at", "id")[: seats - 1])
    version = latest_published(app)
    assert isinstance(version, Version)
    operation = actions.install_app(
        actor=actor_for(by.person),
        by=by,
        version=version,
        plan=version.plans.get(name=plan),
        users=[by, *others],
        consent=Consent(scopes=tuple(version.technical.scopes), text=consent_text(version)),
        auto_install=auto_install,
    )
    return operation.installation


def _take(installation: Installation) -> None:
    """The program received what waits for it, and says nothing."""
    for delivery in Delivery.objects.filter(installation=installation, status="pending"):
        outcome = Outcome(started_at=clock.now(), duration_ms=118, response_status=204, address="192.0.2.10")
        record_attempt(actor=_DISPATCHER, delivery_id=delivery.pk, outcome=outcome)


def _approve(installation: Installation) -> None:
    _take(installation)
    _answer(installation, "approve", "Welcome aboard.")
    _take(installation)


def _decline(installation: Installation) -> None:
    _take(installation)
    _answer(installation, "reject", "We do not serve your region yet. Write to sales and we will tell you when we do.")


def _remove(installation: Installation) -> None:
    _approve(installation)
    if Operation.objects.filter(installation=installation, kind=OperationKind.UNINSTALL).exists():
        return
    by = installation.installed_by
    actions.uninstall_app(
        actor=actor_for(by.person),
        by=by,
        installation=installation,
        reason_type="missing_features",
        reason="We need a board per language.",
    )
    _take(installation)


def _fail(installation: Installation) -> None:
    for delivery in [Delivery.objects.get(installation=installation)] * 3:
        outcome = Outcome(started_at=clock.now(), duration_ms=3, error="connect", address="127.0.0.1")
        record_attempt(actor=_DISPATCHER, delivery_id=delivery.pk, outcome=outcome)


def _break(installation: Installation) -> None:
    """The program agrees to two more licences, and then the change cannot be put in force."""
    _approve(installation)
    operation = installation.operations.filter(kind=OperationKind.UPDATE).first()
    if operation is None:
        by = installation.installed_by
        people = User.objects.filter(licences__installation=installation)
        wanted = Settings(plan=installation.plan, users=list(people), licences=installation.total_licences + 2)
        operation = actions.update_settings(actor=actor_for(by.person), by=by, installation=installation, wanted=wanted)
    _take(installation)
    if operation.is_open:
        with transaction.atomic():
            carry_out(_program_of(installation), operation, SnapshotSide.PROPOSED, "Two more boards.", _refuse)


def _refuse() -> None:
    raise FailsOnPurpose


def _answer(installation: Installation, decision: str, reason: str) -> None:
    if not installation.operations.filter(status=OperationStatus.OPEN).exists():
        return  # this story was told before
    actor = _program_of(installation)
    actions.answer_operation(actor=actor, installation=installation, decision=decision, reason=reason)


def _program_of(installation: Installation) -> Actor:
    return Actor(ActorKind.CLIENT, id=installation.client_id.hex, label=installation.app.name)
