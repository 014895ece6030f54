"""A change could neither be completed nor be taken back, and how it ended: to the account's managers and to support."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from fondaco.accounts.permissions import Permission
from fondaco.audit.models import Event
from fondaco.audit.recording import projects
from fondaco.installs import events
from fondaco.installs.models import Operation
from fondaco.installs.states import Mending, SnapshotSide
from fondaco.notify.letters import Letter, Mail, link
from fondaco.notify.recipients import managers, operators

FAILED = Mail(
    "update_failed",
    when="a change of an installed app could neither be completed nor be taken back",
    to="the account's people who manage apps",
    subject="A change of ⟨app⟩ could not be completed",
)
TO_MEND = Mail(
    "update_to_mend",
    when="a change of an installed app could neither be completed nor be taken back",
    to="the platform's support",
    subject="To mend: ⟨app⟩ at ⟨account⟩",
)
MENDED = Mail(
    "update_mended",
    when="support ended a change that could not be completed, or asks the partner once more",
    to="the account's people who manage apps",
    subject="⟨app⟩ is mended",
)


@projects(events.OPERATION_FAILED)
def queue_failed(event: Event, operation: Operation) -> None:
    if operation.failed_side:
        FAILED.queue(operation.pk)
        TO_MEND.queue(operation.pk)


@projects(events.OPERATION_SETTLED)
def queue_mended(event: Event, operation: Operation) -> None:
    MENDED.queue(operation.pk)


@FAILED.compose
def compose_failed(operation_id: UUID) -> Letter:
    operation = _load(operation_id)
    return Letter(
        to=managers(operation.installation.account_id),
        subject=_("A change of %(app)s could not be completed") % _names(operation),
        paragraphs=[
            _("The change of %(app)s at %(account)s that was under way could not be completed.") % _names(operation),
            _("People go on using it as before. Nothing else can be changed until support has mended it."),
            _("Support was told at the same moment, and you hear from us when it is done."),
        ],
        button=(_("See how it stands"), _page(operation)),
    )


@TO_MEND.compose
def compose_to_mend(operation_id: UUID) -> Letter | None:
    operation = _load(operation_id)
    if not operation.is_broken:  # a colleague was faster
        return None
    installation = operation.installation
    return Letter(
        to=operators(Permission.OPERATOR_SUPPORT),
        subject=_("To mend: %(app)s at %(account)s") % _names(operation),
        paragraphs=[
            _("The partner approved a change, but it could not be put in force here.")
            if operation.failed_side == SnapshotSide.PROPOSED
            else _("A change was not made, but that could not be written down here."),
            _("Until somebody decides which side holds, the customer can change nothing."),
        ],
        quote=operation.failure,
        facts=[(_("Account"), installation.account.company_name), (_("Partner"), installation.app.partner.name)],
        button=(_("Mend it"), link(f"/backoffice/installations/{installation.pk.hex}", place="operator:staff")),
    )


@MENDED.compose
def compose_mended(operation_id: UUID) -> Letter:
    operation = _load(operation_id)
    outcomes = {
        SnapshotSide.PROPOSED.value: _("The change that was asked for is in force now."),
        SnapshotSide.CURRENT.value: _("Everything is exactly as it was before the change was asked for."),
        Mending.ASK_AGAIN.value: _("%(partner)s was asked for the change once more. You hear when it has answered."),
    }
    is_asked_again = operation.settled == Mending.ASK_AGAIN.value
    subject = _("%(partner)s is asked once more about %(app)s") if is_asked_again else _("%(app)s is mended")
    return Letter(
        to=managers(operation.installation.account_id),
        subject=subject % _names(operation),
        paragraphs=[
            _("Support looked at the change of %(app)s at %(account)s that could not be completed.")
            % _names(operation),
            outcomes[operation.settled] % _names(operation),
        ],
        button=(_("See the app"), _page(operation)),
    )


def _load(operation_id: UUID) -> Operation:
    found = Operation.objects.select_related("installation__app__partner", "installation__account")
    return found.get(pk=operation_id)


def _names(operation: Operation) -> dict[str, str]:
    installation = operation.installation
    return {
        "app": installation.app.name,
        "account": installation.account.company_name,
        "partner": installation.app.partner.name,
    }


def _page(operation: Operation) -> str:
    installation = operation.installation
    return link(f"/my-apps/{installation.pk.hex}", place=f"account:{installation.account_id}")
