"""To the partner's developer: an installation has new credentials (DOMAIN 7.7). Never with secrets."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from fondaco.audit.models import Event
from fondaco.audit.recording import projects
from fondaco.identity import events
from fondaco.installs.actions.access import FOLLOWER
from fondaco.installs.models import Installation
from fondaco.kit.ids import parse_wire
from fondaco.notify.letters import Letter, Mail, link
from fondaco.notify.recipients import technical_people

ROTATED = Mail(
    "credentials_rotated",
    when="an installation gets new credentials",
    to="the app's technical contact and the partner's developers",
    subject="New credentials for ⟨app⟩ at ⟨account⟩",
)


@projects(events.CREDENTIALS_ROTATED)
def queue_rotated(event: Event, subject: object) -> None:
    """When a cut-off of many is lifted, the partner hears of it once."""
    if parse_wire(event.data.get("client")) and event.actor_id != FOLLOWER.id:
        ROTATED.queue(event.pk)


@ROTATED.compose
def compose_rotated(event_id: UUID) -> Letter | None:
    event = Event.objects.get(pk=event_id)
    installation = (
        Installation.objects.select_related("app__partner", "account").filter(client=event.data["client"]).first()
    )
    if installation is None:  # of a client made by hand: whoever did it has the new secret on their page
        return None
    names = {"app": installation.app.name, "account": installation.account.company_name}
    is_forced = bool(event.data.get("is_forced"))
    return Letter(
        to=technical_people(installation.app),
        subject=_("New credentials for %(app)s at %(account)s") % names,
        paragraphs=[
            _("%(app)s has new credentials at %(account)s. Your program gets them by app.credentials_rotated.") % names,
            _("The old ones and every token ended at once, because somebody else may have them.")
            if is_forced
            else _("The old ones work until %(moment)s, or until your program acknowledges the new ones.")
            % {"moment": _moment(event.data.get("old_end_at"))},
        ],
        quote=event.data.get("reason") or "",
        button=(_("Open the app"), link(f"/portal/apps/{installation.app_id.hex}")),
        facts=[(_("Installation"), installation.pk.hex)],
        closing=_("There is nothing to do when your program handles this event. Credentials are never sent by mail."),
    )


def _moment(text: str | None) -> str:
    return datetime.fromisoformat(text).strftime("%Y-%m-%d %H:%M UTC") if text else ""
