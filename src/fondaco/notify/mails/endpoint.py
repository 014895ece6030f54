"""To those who look after an app's program: its callback address does not take events, or takes them again.

Of an address that goes up and down, each kind of mail is sent once an hour at most. What is held back for that is
sent when the hour is over, if it still holds and the newest mails do not say so already. Silence is an alarm (T24) and
never held back: between two such mails stands one that events arrive again, and of those there is one an hour.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from fondaco.audit.models import Event
from fondaco.audit.recording import projects
from fondaco.kit import clock, deadlines
from fondaco.messaging import events
from fondaco.messaging.endpoints import last_failure
from fondaco.messaging.models import Endpoint
from fondaco.messaging.states import EndpointStatus
from fondaco.notify.letters import Letter, Mail, link
from fondaco.notify.recipients import technical_people

_TO: Final = "the app's technical contact and the partner's developers"
_QUIET: Final = timedelta(hours=1)
TELL: Final = "endpoint.tell"

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
_BY_STATUS: Final = {
    EndpointStatus.HEALTHY: RECOVERED,
    EndpointStatus.FAILING: FAILING,
    EndpointStatus.PAUSED: PAUSED,
    EndpointStatus.GONE: GONE,
}


@projects(
    events.ENDPOINT_FAILING,
    events.ENDPOINT_PAUSED,
    events.ENDPOINT_GONE,
    events.ENDPOINT_RECOVERED,
    events.ENDPOINT_SILENT,
)
def follow(event: Event, endpoint: Endpoint) -> None:
    _tell(endpoint)


@deadlines.handler(TELL)
def tell_later(subject_id: str, due_at: datetime) -> None:
    """The hour of a kind of mail about a callback address is over: what was held back is mailed if it still holds."""
    endpoint = Endpoint.objects.select_for_update().filter(pk=UUID(hex=subject_id)).first()
    if endpoint is not None:
        _tell(endpoint)


def _tell(endpoint: Endpoint) -> None:
    """Mails what holds and is not known yet, now or when its hour is over. The caller has locked the row."""
    now = clock.now()
    told = {name: datetime.fromisoformat(at) for name, at in endpoint.told}
    for mail in _what_holds(endpoint):
        if _is_known(mail, list(told)):
            continue
        if mail is not SILENT and mail.name in told and told[mail.name] + _QUIET > now:
            deadlines.schedule(TELL, subject_id=endpoint.pk.hex, due_at=told[mail.name] + _QUIET)
            continue
        mail.queue(endpoint.pk)
        told.pop(mail.name, None)
        told[mail.name] = now  # behind all others
        endpoint.told = [[name, at.isoformat()] for name, at in told.items()]
        endpoint.save(update_fields=["told"])


def _what_holds(endpoint: Endpoint) -> list[Mail]:
    """What could truly be told of it now."""
    by_status = _BY_STATUS[EndpointStatus(endpoint.status)]
    if endpoint.silent_since is None:
        return [by_status]
    # Silent and not known to fail, perhaps because nothing was tried: it does not take events for that.
    return [SILENT] if by_status is RECOVERED else [by_status, SILENT]


def _is_known(mail: Mail, told: list[str]) -> bool:
    """Whether it was told, and nothing since that says otherwise; silence only adds to how an address fails."""
    if mail.name not in told:
        return False
    since = told[told.index(mail.name) + 1 :]
    if mail is SILENT:
        return RECOVERED.name not in since
    return not since or (mail is not RECOVERED and since == [SILENT.name])


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
        button=(_("See its events"), link(f"/portal/apps/{app.pk.hex}/events", place=f"partner:{app.partner_id.hex}")),
        closing=closing,
    )


def _load(endpoint_id: UUID) -> Endpoint:
    return Endpoint.objects.select_related("app").get(pk=endpoint_id)
