"""An app or a version was retired for good: to the partner's people."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from fondaco.accounts.permissions import Permission
from fondaco.audit.models import Event
from fondaco.audit.recording import projects
from fondaco.catalog import events
from fondaco.catalog.models import App, Version
from fondaco.notify.letters import Letter, Mail, link
from fondaco.notify.recipients import members

APP = Mail(
    "app_retired",
    when="an app was retired for good",
    to="everyone of the partner who sees its apps",
    subject="⟨app⟩ is retired",
)
VERSION = Mail(
    "version_retired",
    when="a version was retired for good",
    to="the partner's people who may publish",
    subject="⟨version⟩ is retired",
)


@projects(events.APP_RETIRED)
def queue_app(event: Event, app: App) -> None:
    APP.queue(app.pk)


@projects(events.VERSION_RETIRED)
def queue_version(event: Event, version: Version) -> None:
    VERSION.queue(version.pk)


@APP.compose
def compose_app(app_id: UUID) -> Letter:
    app = App.objects.get(pk=app_id)
    return Letter(
        to=members(app.partner_id, Permission.PARTNER_VIEW),
        subject=_("%(app)s is retired") % {"app": app.name},
        paragraphs=[
            _("Nobody had %(app)s installed any more, and it was retired for good.") % {"app": app.name},
            _("Its name stays taken and everything about it can be read. You can switch its addresses off."),
        ],
        button=(_("Open the app"), link(f"/portal/apps/{app.pk.hex}", place=f"partner:{app.partner_id.hex}")),
    )


@VERSION.compose
def compose_version(version_id: UUID) -> Letter:
    version = Version.objects.select_related("app").get(pk=version_id)
    address = link(f"/portal/versions/{version.pk.hex}", place=f"partner:{version.app.partner_id.hex}")
    return Letter(
        to=members(version.app.partner_id, Permission.PARTNER_PUBLISH),
        subject=_("%(version)s is retired") % {"version": version},
        paragraphs=[
            _("Nobody has %(version)s any more, and it was retired for good.") % {"version": version},
            _("Everything about it can still be read. You can switch its addresses off."),
        ],
        button=(_("Open the version"), address),
    )
