"""An app belongs to another company now: to the people who manage it in each account."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.utils.translation import gettext as _

from fondaco.audit.models import Event
from fondaco.audit.recording import projects
from fondaco.catalog import events
from fondaco.catalog.lifecycle_states import TransferStatus
from fondaco.catalog.models import App, AppTransfer
from fondaco.installs.queries import list_living, list_living_of
from fondaco.kit import jobs
from fondaco.notify.in_turns import queue_in_turns
from fondaco.notify.letters import Letter, Mail, link
from fondaco.notify.recipients import managers

MAIL = Mail(
    "app_transferred",
    when="an app went over to another partner",
    to="the people who manage apps in accounts that have it",
    subject="⟨app⟩ belongs to ⟨receiver⟩ now",
)


@projects(events.APP_RECEIVED)
def queue(event: Event, app: App) -> None:
    jobs.defer(tell_customers, app_id=app.pk.hex)


@jobs.task("notify.tell_customers_of_transfer")
def tell_customers(app_id: str, after: str = "") -> None:
    """Queues the mail for some hundred installations at a time."""
    queue_in_turns(MAIL, partial(list_living_of, UUID(app_id)), tell_customers, after=after, app_id=app_id)


@MAIL.compose
def compose(installation_id: UUID) -> Letter | None:
    installation = list_living().filter(pk=installation_id).first()
    if installation is None:
        return None
    done = AppTransfer.objects.filter(app=installation.app_id, status=TransferStatus.COMPLETED)
    transfer = done.select_related("app", "giver", "receiver").order_by("-status_changed_at").first()
    if transfer is None:
        return None
    names = {
        "app": transfer.app.name,
        "giver": transfer.giver.name,
        "receiver": transfer.receiver.name,
        "account": installation.account.company_name,
    }
    return Letter(
        to=managers(installation.account_id),
        subject=_("%(app)s belongs to %(receiver)s now") % names,
        paragraphs=[
            _("%(giver)s handed %(app)s over to %(receiver)s. The platform confirmed it.") % names,
            _(
                "It goes on working at %(account)s as before: same people, same plan, same price, same permissions. "
                "From now on %(receiver)s answers for it, reads what you allowed it to read, and is paid for it."
            )
            % names,
            _("If you do not want that, you can uninstall it."),
        ],
        button=(
            _("Open the app's settings"),
            link(f"/my-apps/{installation.pk.hex}", place=f"account:{installation.account_id}"),
        ),
    )
