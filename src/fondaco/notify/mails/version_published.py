"""To the partner: a version goes live at a set time, went live without its listing, or could not go live."""

from __future__ import annotations

from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from fondaco.accounts.permissions import Permission
from fondaco.audit.models import Event
from fondaco.audit.recording import projects
from fondaco.catalog import events
from fondaco.catalog.labels import status_label
from fondaco.catalog.models import PlannedPublication, TechnicalContent, Version
from fondaco.catalog.queries import find_plan
from fondaco.notify.letters import Letter, Mail, link
from fondaco.notify.recipients import members

SCHEDULED = Mail(
    "version_scheduled",
    when="someone sets the time at which a version goes live, or changes it",
    to="the partner's people who may publish",
    subject="⟨version⟩ goes live at a set time",
)
FAILED = Mail(
    "version_go_live_failed",
    when="the set time came and the version could not be made available",
    to="the partner's people who may publish",
    subject="⟨version⟩ did not go live",
)
AVAILABLE = Mail(
    "version_available",
    when="a version was made available while its listing is not in the marketplace yet",
    to="everyone of the partner who sees its apps",
    subject="⟨version⟩ is available",
)


@projects(events.VERSION_SCHEDULED)
def queue_scheduled(event: Event, version: Version) -> None:
    SCHEDULED.queue(version.pk)


@projects(events.VERSION_GO_LIVE_FAILED)
def queue_failed(event: Event, version: Version) -> None:
    FAILED.queue(version.pk)


@projects(events.TECHNICAL_AVAILABLE)
def queue_available(event: Event, technical: TechnicalContent) -> None:
    AVAILABLE.queue(technical.pk)


@SCHEDULED.compose
def compose_scheduled(version_id: UUID) -> Letter | None:
    version = _load(version_id)
    plan = find_plan(version)
    if plan is None or not plan.is_waiting:  # cancelled, or its time has come
        return None
    return Letter(
        to=members(version.app.partner_id, Permission.PARTNER_PUBLISH),
        subject=_("%(version)s goes live at a set time") % {"version": version},
        paragraphs=[
            _("%(name)s set the time at which %(version)s is made available to customers.")
            % {"name": plan.planned_by.person.name, "version": version},
            _("Everything is checked again then. Until it has come you can change the time or take it back."),
        ],
        facts=[(_("Goes live"), _moment(plan)), (_("Listing"), status_label(version.listing.status))],
        button=(_("Open the version"), _address(version)),
    )


@FAILED.compose
def compose_failed(version_id: UUID) -> Letter | None:
    version = _load(version_id)
    plan = find_plan(version)
    if plan is None or plan.is_waiting:  # somebody has acted already
        return None
    return Letter(
        to=members(version.app.partner_id, Permission.PARTNER_PUBLISH),
        subject=_("%(version)s did not go live") % {"version": version},
        paragraphs=[
            _("The time that was set for %(version)s has come, but it could not be made available. This is why:")
            % {"version": version}
        ],
        quote=plan.failure,
        facts=[(_("Was to go live"), _moment(plan)), (_("It is"), status_label(version.technical.status))],
        button=(_("Open the version"), _address(version)),
        closing=_("Nothing was changed, and no other time is set. Make it available there, or set another time."),
    )


@AVAILABLE.compose
def compose_available(version_id: UUID) -> Letter | None:
    version = _load(version_id)
    if version.is_published:  # its own mail says more
        return None
    return Letter(
        to=members(version.app.partner_id, Permission.PARTNER_VIEW),
        subject=_("%(version)s is available") % {"version": version},
        paragraphs=[
            _("Customers who have its link can install %(version)s from now on.") % {"version": version},
            _("Its listing is not in the marketplace yet. It appears there as soon as it is approved."),
        ],
        facts=[(_("Listing"), status_label(version.listing.status))],
        button=(_("Open the version"), _address(version)),
    )


def _moment(plan: PlannedPublication) -> str:
    return _("%(time)s UTC") % {"time": date_format(plan.due_at, "j F Y, H:i")}


def _load(version_id: UUID) -> Version:
    return Version.objects.select_related("app__partner", "technical", "listing").get(pk=version_id)


def _address(version: Version) -> str:
    return link(f"/portal/versions/{version.pk.hex}", place=f"partner:{version.app.partner_id.hex}")
