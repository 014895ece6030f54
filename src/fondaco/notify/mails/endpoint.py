"""To those who look after an app's program: its callback address does not take events, or takes them again.

Of an address that goes up and down, each kind of mail is sent once an hour at most.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from fondaco.audit.models import Event
from fondaco.audit.recording import projects
from fondaco.kit import clock
from fondaco.messaging import events
from fondaco.messaging.endpoints import last_failure
from fondaco.messaging.models import Endpoint
from fondaco.notify.letters import Letter, Mail, link
from fondaco.notify.recipients import technical_people

_TO: Final = "the app's technical contact and the partner's developers"
_QUIET: Final = timedelta(hours=1)

FAILING = Mail(
    "endpoint_failing",
    when="nothing has arrived at a callback address for a minute or more",
    to=_TO,
    subject="⟨app⟩: events do not arrive",
)
PAUSED = Mail(
    "endpoint_paused",
    when="a callback address failed ten times in a row and is left alone but for a probe",
    to=_TO,
    subject="⟨app⟩: events are held back",
)
GONE = Mail(
    "endpoint_gone",
    when="a callback address answered 410, so that nothing is sent there any more",
    to=_TO,
    subject="⟨app⟩: no events are sent any more",
)
RECOVERED = Mail(
    "endpoint_recovered",
    when="a callback address that failed takes events again",
    to=_TO,
    subject="⟨app⟩: events arrive again",
)
SILENT = Mail(
    "endpoint_silent",
    when="for 15 minutes nothing could be delivered to a callback address although something was to be",
    to=_TO,
    subject="⟨app⟩: no event has arrived for 15 minutes",
)
_MAILS: Final = {
    events.ENDPOINT_FAILING.name: FAILING,
    events.ENDPOINT_PAUSED.name: PAUSED,
    events.ENDPOINT_GONE.name: GONE,
    events.ENDPOINT_RECOVERED.name: RECOVERED,
    events.ENDPOINT_SILENT.name: SILENT,
}


@projects(
    events.ENDPOINT_FAILING,
    events.ENDPOINT_PAUSED,
    events.ENDPOINT_GONE,
    events.ENDPOINT_RECOVERED,
    events.ENDPOINT_SILENT,
)
def queue(event: Event, endpoint: Endpoint) -> None:
    before = Event.objects.filter(
        kind=event.kind, subject_id=event.subject_id, occurred_at__gt=clock.now() - _QUIET
    ).exclude(pk=event.pk)
    if not before.exists():
        _MAILS[event.kind].queue(endpoint.pk)


@FAILING.compose
def compose_failing(endpoint_id: UUID) -> Letter:
    endpoint = _load(endpoint_id)
    return _letter(
        endpoint,
        subject=_("%(app)s: events do not arrive"),
        paragraphs=[
            _("The newest tries to deliver events to this address have failed."),
            last_failure(endpoint),
        ],
        closing=_("Everything is tried again by itself. You get one more mail when events arrive again."),
    )


@PAUSED.compose
def compose_paused(endpoint_id: UUID) -> Letter:
    endpoint = _load(endpoint_id)
    return _letter(
        endpoint,
        subject=_("%(app)s: events are held back"),
        paragraphs=[
            _("Ten tries in a row have failed, so this address is left alone: one event is sent as a probe every few "
              "minutes, and all others wait."),
            last_failure(endpoint),
            _("Customers who install or change the app meanwhile are told that it cannot be reached."),
        ],
        closing=_("Nothing is lost. When a probe arrives, everything that waits is sent at once."),
    )  # fmt: skip


@GONE.compose
def compose_gone(endpoint_id: UUID) -> Letter:
    return _letter(
        _load(endpoint_id),
        subject=_("%(app)s: no events are sent any more"),
        paragraphs=[
            _("Your program answered 410: this address is gone. So nothing more is sent there."),
            _("Events are kept and can be read. If it was a mistake, mend it and ask for a probe."),
        ],
        closing=_("Customers on a version with this address cannot install or change the app until then."),
    )


@RECOVERED.compose
def compose_recovered(endpoint_id: UUID) -> Letter:
    return _letter(
        _load(endpoint_id),
        subject=_("%(app)s: events arrive again"),
        paragraphs=[_("This address takes events again. What waited is being sent now.")],
        closing=_("There is nothing to do."),
    )


@SILENT.compose
def compose_silent(endpoint_id: UUID) -> Letter:
    endpoint = _load(endpoint_id)
    return _letter(
        endpoint,
        subject=_("%(app)s: no event has arrived for 15 minutes"),
        paragraphs=[
            _("For a quarter of an hour there was something to deliver to this address, and nothing arrived."),
            last_failure(endpoint),
        ],
        closing=_("What could not be delivered is tried again by itself, and can be read at any time."),
    )


def _letter(endpoint: Endpoint, *, subject: str, paragraphs: list[str], closing: str) -> Letter:
    app = endpoint.app
    return Letter(
        to=technical_people(app),
        subject=subject % {"app": app.name},
        paragraphs=[each for each in paragraphs if each],
        # Without its scheme, or mail programs make a link of it, beside the one to act on.
        facts=[(_("App"), app.name), (_("Address"), endpoint.url.partition("://")[2])],
        button=(_("Open the app"), link(f"/portal/apps/{app.pk.hex}", place=f"partner:{app.partner_id.hex}")),
        closing=closing,
    )


def _load(endpoint_id: UUID) -> Endpoint:
    return Endpoint.objects.select_related("app").get(pk=endpoint_id)
