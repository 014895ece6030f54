"""To the people who manage an account's apps: what became of an installation (DOMAIN 7.7)."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from fondaco.accounts.queries import list_roles
from fondaco.audit.models import Event
from fondaco.audit.recording import projects
from fondaco.installs import events
from fondaco.installs.models import Installation, Operation
from fondaco.installs.proposals import Proposal, read_proposal
from fondaco.installs.states import InstallationStatus, OperationKind, OperationStatus
from fondaco.notify.letters import Letter, Mail, link
from fondaco.notify.recipients import managers

SUCCEEDED = Mail(
    "installation_succeeded",
    when="a partner confirmed an installation",
    to="the account's people who manage apps",
    subject="⟨app⟩ is ready",
)
FAILED = Mail(
    "installation_failed",
    when="an installation was declined, could not be delivered, or was not answered in seven days",
    to="the account's people who manage apps",
    subject="⟨app⟩ could not be installed",
)
UNINSTALLED = Mail(
    "app_uninstalled",
    when="an app was removed from an account",
    to="the account's people who manage apps",
    subject="⟨app⟩ was removed",
)
UPDATED = Mail(
    "app_updated",
    when="a partner confirmed a change of an installed app",
    to="the account's people who manage apps",
    subject="The change of ⟨app⟩ is in force",
)
NOT_UPDATED = Mail(
    "app_not_updated",
    when="a change of an installed app was declined, could not be delivered, or was not answered in seven days",
    to="the account's people who manage apps",
    subject="⟨app⟩ was not changed",
)


@projects(events.INSTALLATION_COMPLETED)
def queue_succeeded(event: Event, installation: Installation) -> None:
    is_new = event.data["from"] in {InstallationStatus.INSTALLING, InstallationStatus.FAILED}
    if is_new and "change" not in event.data:
        SUCCEEDED.queue(installation.pk)


@projects(events.INSTALLATION_FAILED, events.INSTALLATION_REJECTED, events.INSTALLATION_TIMED_OUT)
def queue_failed(event: Event, installation: Installation) -> None:
    if "change" not in event.data:
        FAILED.queue(installation.pk)


@projects(events.OPERATION_APPROVED, events.OPERATION_REJECTED, events.OPERATION_TIMED_OUT, events.OPERATION_FAILED)
def queue_updated(event: Event, operation: Operation) -> None:
    if operation.kind == OperationKind.UPDATE and not operation.failed_side and not operation.is_automatic:
        mail = UPDATED if operation.status == OperationStatus.APPROVED else NOT_UPDATED
        mail.queue(operation.pk)


@projects(events.INSTALLATION_REVOKED)
def queue_uninstalled(event: Event, installation: Installation) -> None:
    UNINSTALLED.queue(installation.pk)


@SUCCEEDED.compose
def compose_succeeded(installation_id: UUID) -> Letter:
    installation = _load(installation_id)
    return Letter(
        to=managers(installation.account_id),
        subject=_("%(app)s is ready") % _names(installation),
        paragraphs=[
            _("%(app)s is installed at %(account)s and everyone with a licence can launch it.") % _names(installation)
        ],
        facts=[(_("Plan"), installation.plan.name), (_("Licences"), str(installation.total_licences))],
        button=(_("Open My Apps"), link("/my-apps", place=_place(installation))),
    )


@FAILED.compose
def compose_failed(installation_id: UUID) -> Letter | None:
    installation = _load(installation_id)
    explanations = {
        InstallationStatus.FAILED: _(
            "%(app)s could not be reached, so it is not ready yet. Your choices are kept, "
            "and opening the app in My Apps tries again."
        ),
        InstallationStatus.REJECTED: _("%(partner)s declined the installation of %(app)s. Nothing is charged."),
        InstallationStatus.TIMEOUT: _(
            "%(partner)s did not confirm the installation of %(app)s within seven days. Nothing is charged."
        ),
    }
    explanation = explanations.get(InstallationStatus(installation.status))
    if explanation is None:  # it recovered before this mail was written
        return None
    return Letter(
        to=managers(installation.account_id),
        subject=_("%(app)s could not be installed") % _names(installation),
        paragraphs=[explanation % _names(installation)],
        quote=installation.reason,
        button=(_("See what to do"), _page(installation)),
    )


@UPDATED.compose
def compose_updated(operation_id: UUID) -> Letter:
    operation = Operation.objects.get(pk=operation_id)
    installation = _load(operation.installation_id)
    proposal = read_proposal(installation, operation)
    return Letter(
        to=managers(installation.account_id),
        subject=_("The change of %(app)s is in force") % _names(installation),
        paragraphs=[_("%(partner)s confirmed the change of %(app)s at %(account)s.") % _names(installation)],
        facts=[*_bought(operation, proposal), *_rules(installation, proposal)],
        button=(_("See the app"), _page(installation)),
    )


@NOT_UPDATED.compose
def compose_not_updated(operation_id: UUID) -> Letter:
    operation = Operation.objects.get(pk=operation_id)
    installation = _load(operation.installation_id)
    explanations = {
        OperationStatus.REJECTED: _("%(partner)s declined the change of %(app)s."),
        OperationStatus.TIMED_OUT: _("%(partner)s did not confirm the change of %(app)s within seven days."),
        OperationStatus.FAILED: _("%(partner)s could not be reached for the change of %(app)s."),
    }
    return Letter(
        to=managers(installation.account_id),
        subject=_("%(app)s was not changed") % _names(installation),
        paragraphs=[
            explanations[OperationStatus(operation.status)] % _names(installation),
            _("People, plan and licences are exactly what they were, and nothing is charged for the change."),
        ],
        quote=operation.answer if operation.status == OperationStatus.REJECTED else "",
        button=(_("Look at it, or try again"), _page(installation)),
    )


@UNINSTALLED.compose
def compose_uninstalled(installation_id: UUID) -> Letter:
    installation = _load(installation_id)
    words = _words_of_staff(installation)
    by_staff = [_("The platform's own staff removed it, for this reason:")] if words else []
    return Letter(
        to=managers(installation.account_id),
        subject=_("%(app)s was removed") % _names(installation),
        paragraphs=[
            _("%(app)s is gone from %(account)s for everyone, and can no longer read the account's data.")
            % _names(installation),
            *by_staff,
        ],
        quote=words,
        button=(_("Find another app"), link("/")),
        closing=_("If that was a mistake, install it again from the marketplace."),
    )


def _bought(operation: Operation, proposal: Proposal) -> list[tuple[str, str]]:
    _before, after = proposal.summaries
    more = [(_("More each month"), proposal.added.format(drop_zeros=False))] if proposal.added.minor > 0 else []
    less = [(_("Less each month"), (-proposal.added).format(drop_zeros=False))] if proposal.added.minor < 0 else []
    return [
        (_("Plan"), after.plan),
        (_("Licences"), str(after.licences)),
        (_("People"), str(len(operation.proposed["users"]))),
        *more,
        *less,
        (_("Total per month"), after.monthly_total.format(drop_zeros=False)),
    ]


def _rules(installation: Installation, proposal: Proposal) -> list[tuple[str, str]]:
    """Who gets a licence without being picked, when that was changed, and where it stops."""
    before, after = proposal.rules
    if before == after:
        return []
    stop = [(_("Stop at"), str(after.cap))] if after.cap is not None else []
    return [(_("Who gets it by itself"), after.describe(list_roles(installation.account_id))), *stop]


def _load(installation_id: UUID) -> Installation:
    return Installation.objects.select_related("app__partner", "account", "plan").get(pk=installation_id)


def _words_of_staff(installation: Installation) -> str:
    """Why the platform removed it; empty when it was the customer's own doing."""
    kind = events.INSTALLATION_REVOKED.name
    removal = Event.objects.filter(subject_type="installation", subject_id=installation.pk.hex, kind=kind).first()
    return str(removal.data.get("reason", "")) if removal and removal.data.get("is_by_staff") else ""


def _names(installation: Installation) -> dict[str, str]:
    return {
        "app": installation.app.name,
        "account": installation.account.company_name,
        "partner": installation.app.partner.name,
    }


def _page(installation: Installation) -> str:
    return link(f"/my-apps/{installation.pk.hex}", place=_place(installation))


def _place(installation: Installation) -> str:
    """The account to enter, in whichever other one the reader stands."""
    return f"account:{installation.account_id}"
