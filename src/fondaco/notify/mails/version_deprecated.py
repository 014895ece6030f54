"""A version was taken out of the marketplace, or its announced last day has come: to its customers and its partner."""

from __future__ import annotations

from functools import partial
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
from fondaco.notify.recipients import managers, members

CUSTOMER = Mail(
    "version_deprecated_customer",
    when="a version is deprecated, or what was announced about it changes",
    to="the people who manage apps in accounts that have it",
    subject="⟨version⟩ is no longer offered",
)
PARTNER = Mail(
    "version_deprecated_partner",
    when="a version is deprecated, or what was announced about it changes",
    to="the partner's people who may publish",
    subject="⟨version⟩ left the marketplace",
)
ENDED = Mail(
    "version_ended",
    when="the announced last day of a version came",
    to="the partner's people who may publish",
    subject="The last day of ⟨version⟩ has come",
)


@projects(events.VERSION_DEPRECATED)
def queue(event: Event, version: Version) -> None:
    PARTNER.queue(version.pk)
    jobs.defer(tell_customers, version_id=version.pk.hex)


@projects(events.VERSION_ENDED)
def queue_ended(event: Event, version: Version) -> None:
    ENDED.queue(version.pk)


@jobs.task("notify.tell_customers_of_version")
def tell_customers(version_id: str, after: str = "") -> None:
    """Queues the mail for some hundred installations at a time."""
    queue_in_turns(CUSTOMER, partial(list_living, UUID(version_id)), tell_customers, after=after, version_id=version_id)


@CUSTOMER.compose
def compose_customer(installation_id: UUID) -> Letter | None:
    installation = list_living(None).filter(pk=installation_id).first()
    if installation is None or not installation.version.deprecation_reason:
        return None
    version = installation.version
    return Letter(
        to=managers(installation.account_id),
        subject=_("%(version)s is no longer offered") % {"version": version},
        paragraphs=[
            _("%(partner)s took %(version)s out of the marketplace. It goes on working at %(account)s for now.")
            % {"partner": version.app.partner.name, "version": version, "account": installation.account},
            _last_day(version),
        ],
        quote=version.deprecation_reason,
        button=(_("Open the app's settings"), link(f"/my-apps/{installation.pk.hex}")),
    )


@PARTNER.compose
def compose_partner(version_id: UUID) -> Letter:
    version = _load(version_id)
    return Letter(
        to=members(version.app.partner_id, Permission.PARTNER_PUBLISH),
        subject=_("%(version)s left the marketplace") % {"version": version},
        paragraphs=[
            _("Nobody can newly install %(version)s. Existing installations go on, and their people are told.")
            % {"version": version},
            _last_day(version),
        ],
        facts=[(_("Installations of it"), str(list_living(version_id).count()))],
        quote=version.deprecation_reason,
        button=(_("Open the version"), link(f"/portal/versions/{version_id.hex}")),
    )


@ENDED.compose
def compose_ended(version_id: UUID) -> Letter:
    version = _load(version_id)
    count = list_living(version_id).count()
    return Letter(
        to=members(version.app.partner_id, Permission.PARTNER_PUBLISH),
        subject=_("The last day of %(version)s has come") % {"version": version},
        paragraphs=[
            _("Today is the day that you announced as the end of %(version)s.") % {"version": version},
            _("Nobody uses it any more: you can switch its addresses off.")
            if count == 0
            else _("Some accounts still use it. Keep its addresses alive until they have moved, or talk to support."),
        ],
        facts=[(_("Installations of it"), str(count))],
        button=(_("Open the version"), link(f"/portal/versions/{version_id.hex}")),
    )


def _last_day(version: Version) -> str:
    if version.ends_on is None:
        return _("No last day is announced.")
    return _("Its announced last day is %(day)s.") % {"day": version.ends_on.isoformat()}


def _load(version_id: UUID) -> Version:
    return Version.objects.select_related("app__partner").get(pk=version_id)
