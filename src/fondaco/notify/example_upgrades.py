"""The rows that example mails about newer versions are about."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from fondaco.accounts.models import User
from fondaco.audit.actor import Actor
from fondaco.audit.status import transition
from fondaco.catalog.models import App, ListingContent, TechnicalContent, Version
from fondaco.catalog.states import TechnicalStatus
from fondaco.installs import snapshots
from fondaco.installs.models import Installation, Operation
from fondaco.installs.states import OperationKind, OperationStatus, SnapshotSide
from fondaco.kit import clock
from fondaco.partners.models import Member


def make_upgrades(mara: Member, install: Callable[[Version], Installation], *, actor: Actor) -> dict[str, UUID]:
    """An app that is installed in its first version while a newer one is there, and two answers to moving there."""
    app = App.objects.create(partner=mara.partner, name="Whisper (example)", slug="whisper-example")
    installation = install(_make_version(app, "1.0.0", "", actor))
    version = _make_version(app, "2.0.0", "Invoices now open beside the call, with the last three payments.", actor)
    by = installation.installed_by
    return {
        "older installation": installation.pk,
        "broken change": _break(installation, actor, settled=""),
        "mended change": _break(installation, actor, settled=SnapshotSide.PROPOSED.value),
        "made upgrade": _answer(installation, version, by, OperationStatus.APPROVED, "", actor),
        "declined upgrade": _answer(
            installation, version, by, OperationStatus.REJECTED, "We move your region next month.", actor
        ),
    }


def _make_version(app: App, name: str, notes: str, actor: Actor) -> Version:
    version = Version.objects.create(app=app, name=name, created_by="Mara Lind")
    content = TechnicalContent.objects.create(version=version, release_notes=notes)
    for step in (TechnicalStatus.IN_REVIEW, TechnicalStatus.APPROVED, TechnicalStatus.AVAILABLE):
        transition(content, step, actor=actor)
    ListingContent.objects.create(version=version, display_name=app.name)
    return version


def _answer(
    installation: Installation, version: Version, by: User, outcome: OperationStatus, answer: str, actor: Actor
) -> UUID:
    current = snapshots.take(installation)
    operation = Operation.objects.create(
        installation=installation,
        kind=OperationKind.UPGRADE.value,
        current=current,
        proposed={**current, "version": version.pk.hex},
        requested_by=by,
        answer=answer,
        answer_due_at=clock.now() + timedelta(days=7),
    )
    transition(operation, outcome, actor=actor)
    return operation.pk


def _break(installation: Installation, actor: Actor, *, settled: str) -> UUID:
    """A change that the partner approved and that could not be put in force."""
    current = snapshots.take(installation)
    operation = Operation.objects.create(
        installation=installation,
        kind=OperationKind.UPDATE.value,
        current=current,
        proposed={**current, "total_licences": 20},
        failed_side=SnapshotSide.PROPOSED.value,
        failure="IntegrityError: a licence was given twice",
        settled=settled,
        answer_due_at=clock.now() + timedelta(days=7),
    )
    transition(operation, OperationStatus.FAILED, actor=actor)
    return operation.pk
