"""To the people who manage an account's apps: a newer version is there, and what became of moving to it."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from fondaco.audit.models import Event
from fondaco.audit.recording import projects
from fondaco.catalog.events import TECHNICAL_AVAILABLE
from fondaco.catalog.models import TechnicalContent, Version
from fondaco.installs import events
from fondaco.installs.models import Installation, Operation
from fondaco.installs.newer import find_newer
from fondaco.installs.queries import list_living_of
from fondaco.installs.states import OperationKind, OperationStatus
from fondaco.kit import jobs
from fondaco.notify.letters import Letter, Mail, link
from fondaco.notify.recipients import managers

AVAILABLE = Mail(
    "upgrade_available",
    when="a newer version of an installed app was made available",
    to="the account's people who manage apps",
    subject="⟨app⟩ ⟨version⟩ is there",
)
UPGRADED = Mail(
    "app_upgraded",
    when="a partner confirmed that an installed app moves to a newer version",
    to="the account's people who manage apps",
    subject="⟨app⟩ is version ⟨version⟩ now",
)
NOT_UPGRADED = Mail(
    "app_not_upgraded",
    when="moving to a newer version was declined, could not be delivered, or was not answered in seven days",
    to="the account's people who manage apps",
    subject="⟨app⟩ stays version ⟨version⟩",
)
_AT_ONCE: Final = 200


@projects(TECHNICAL_AVAILABLE)
def queue_available(event: Event, technical: TechnicalContent) -> None:
    jobs.defer(tell_accounts, version_id=technical.version_id.hex)


@projects(events.OPERATION_APPROVED, events.OPERATION_REJECTED, events.OPERATION_TIMED_OUT, events.OPERATION_FAILED)
def queue_upgraded(event: Event, operation: Operation) -> None:
    if operation.kind == OperationKind.UPGRADE and not operation.failed_side:
        mail = UPGRADED if operation.status == OperationStatus.APPROVED else NOT_UPGRADED
        mail.queue(operation.pk)


@jobs.task("notify.tell_accounts_of_upgrade")
def tell_accounts(version_id: str, after: str = "") -> None:
    """Queues the mail for some hundred installations of older versions at a time."""
    version = Version.objects.only("app_id").get(pk=UUID(version_id))
    with transaction.atomic(durable=True):
        older = list_living_of(version.app_id, after=UUID(after) if after else None)
        batch = list(older.filter(version_id__lt=version.pk)[:_AT_ONCE])
        for installation in batch:
            AVAILABLE.queue(installation.pk)
        if len(batch) == _AT_ONCE:
            jobs.defer(tell_accounts, version_id=version_id, after=batch[-1].pk.hex)


@AVAILABLE.compose
def compose_available(installation_id: UUID) -> Letter | None:
    installation = _load(installation_id)
    newer = None if installation.is_gone else find_newer(installation)
    if newer is None:  # it was taken back, or somebody was faster
        return None
    return Letter(
        to=managers(installation.account_id),
        subject=_("%(app)s %(version)s is there") % {"app": installation.app.name, "version": newer.name},
        paragraphs=[
            _("%(partner)s made a newer version of %(app)s available. %(account)s has version %(before)s.")
            % {**_names(installation), "before": installation.version.name},
            _("Nothing changes by itself. See what is new, what it may do and what it costs; then agree, or stay."),
        ],
        quote=newer.technical.release_notes,
        button=(_("See what changes"), _page(installation, "/upgrade")),
    )


@UPGRADED.compose
def compose_upgraded(operation_id: UUID) -> Letter:
    operation = Operation.objects.get(pk=operation_id)
    installation = _load(operation.installation_id)
    version = _version(operation.proposed["version"])
    return Letter(
        to=managers(installation.account_id),
        subject=_("%(app)s is version %(version)s now") % {"app": installation.app.name, "version": version.name},
        paragraphs=[
            _("%(partner)s confirmed it, and everyone at %(account)s who opens %(app)s gets the newer version.")
            % _names(installation)
        ],
        facts=[
            (_("Version"), version.name),
            (_("Plan"), installation.plan.name),
            (_("Licences"), str(operation.proposed["total_licences"])),
        ],
        button=(_("See the app"), _page(installation)),
    )


@NOT_UPGRADED.compose
def compose_not_upgraded(operation_id: UUID) -> Letter:
    operation = Operation.objects.get(pk=operation_id)
    installation = _load(operation.installation_id)
    before, after = _version(operation.current["version"]), _version(operation.proposed["version"])
    words = {**_names(installation), "version": after.name}
    explanations = {
        OperationStatus.REJECTED: _("%(partner)s declined to move %(app)s to version %(version)s."),
        OperationStatus.TIMED_OUT: _(
            "%(partner)s did not confirm within seven days that %(app)s moves to version %(version)s."
        ),
        OperationStatus.FAILED: _("%(partner)s could not be reached to move %(app)s to version %(version)s."),
    }
    return Letter(
        to=managers(installation.account_id),
        subject=_("%(app)s stays version %(version)s") % {"app": installation.app.name, "version": before.name},
        paragraphs=[
            explanations[OperationStatus(operation.status)] % words,
            _("The version before runs on, may do exactly what it could, and costs what it did."),
        ],
        quote=operation.answer if operation.status == OperationStatus.REJECTED else "",
        button=(_("Look at it, or try again"), _page(installation)),
    )


def _load(installation_id: UUID) -> Installation:
    found = Installation.objects.select_related("app__partner", "account", "plan", "version", "client")
    return found.get(pk=installation_id)


def _version(wire_id: str) -> Version:
    return Version.objects.get(pk=UUID(hex=wire_id))


def _names(installation: Installation) -> dict[str, str]:
    return {
        "app": installation.app.name,
        "account": installation.account.company_name,
        "partner": installation.app.partner.name,
    }


def _page(installation: Installation, below: str = "") -> str:
    return link(f"/my-apps/{installation.pk.hex}{below}", place=f"account:{installation.account_id}")
