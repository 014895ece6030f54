"""The announced last day of a version has come: to the customers who still have it, and to the platform's staff."""

from __future__ import annotations

from functools import partial
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from fondaco.accounts.permissions import Permission
from fondaco.audit.models import Event
from fondaco.audit.recording import projects
from fondaco.catalog import events
from fondaco.catalog.models import Version
from fondaco.installs.queries import list_living
from fondaco.kit import jobs
from fondaco.notify.in_turns import queue_in_turns
from fondaco.notify.letters import Letter, Mail, link
from fondaco.notify.recipients import managers, operators

CUSTOMER = Mail(
    "version_ended_customer",
    when="the announced last day of a version came",
    to="the people who manage apps in accounts that still have it",
    subject="The last day of ⟨version⟩ has come",
)
OPERATOR = Mail(
    "version_ended_operator",
    when="the announced last day of a version came while accounts still have it",
    to="the partner managers and the support staff",
    subject="⟨version⟩ has ended and is still installed",
)
_NAMED: Final = 20  # accounts in the mail; the page has all of them


@projects(events.VERSION_ENDED)
def queue(event: Event, version: Version) -> None:
    OPERATOR.queue(version.pk)
    jobs.defer(tell_customers, version_id=version.pk.hex)


@jobs.task("notify.tell_customers_of_end")
def tell_customers(version_id: str, after: str = "") -> None:
    """Queues the mail for some hundred installations at a time."""
    queue_in_turns(CUSTOMER, partial(list_living, UUID(version_id)), tell_customers, after=after, version_id=version_id)


@CUSTOMER.compose
def compose_customer(installation_id: UUID) -> Letter | None:
    installation = list_living().filter(pk=installation_id).first()
    if installation is None:
        return None
    version = installation.version
    return Letter(
        to=managers(installation.account_id),
        subject=_("The last day of %(version)s has come") % {"version": version},
        paragraphs=[
            _("%(partner)s keeps %(version)s alive no longer. It is still installed at %(account)s.")
            % {"partner": version.app.partner.name, "version": version, "account": installation.account},
            _("Upgrade it or uninstall it now. What is left of it will be removed by the platform."),
        ],
        quote=version.deprecation_reason,
        button=(
            _("Open the app's settings"),
            link(f"/my-apps/{installation.pk.hex}", place=f"account:{installation.account_id}"),
        ),
    )


@OPERATOR.compose
def compose_operator(version_id: UUID) -> Letter | None:
    version = Version.objects.select_related("app__partner").get(pk=version_id)
    living = list_living(version_id)
    count = living.count()
    if not count:
        return None
    people = {*operators(Permission.OPERATOR_PARTNERS), *operators(Permission.OPERATOR_SUPPORT)}
    return Letter(
        to=sorted(people),
        subject=_("%(version)s has ended and is still installed") % {"version": version},
        paragraphs=[
            _("Today is the day that %(partner)s announced as its end. The customers and the partner are told.")
            % {"partner": version.app.partner.name},
            _("Give them time to move, then remove what is left."),
        ],
        facts=[
            (_("Installations of it"), str(count)),
            *((one.account.company_name, one.account.name) for one in living[:_NAMED]),
        ],
        button=(_("See who still has it"), link(f"/backoffice/endings/{version_id.hex}")),
    )
