"""To both addresses of someone who wants another one: the new one is asked, the old one is told, twice."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from fondaco.accounts import events
from fondaco.accounts.models import Person
from fondaco.audit.models import Event
from fondaco.audit.recording import projects
from fondaco.notify.letters import Letter, Mail, link
from fondaco.notify.mails import email_confirm

REQUESTED = Mail(
    "email_change_requested",
    when="a person asks to sign in with another address",
    to="the old address",
    subject="You asked for another address",
)
CHANGED = Mail(
    "email_changed",
    when="the new address was confirmed",
    to="the old address",
    subject="Your address was changed",
)


@projects(events.EMAIL_CHANGE_REQUESTED)
def queue_question(event: Event, person: Person) -> None:
    email_confirm.MAIL.queue(person.pk)
    REQUESTED.queue(event.pk)


@projects(events.EMAIL_CHANGED)
def queue_news(event: Event, person: Person) -> None:
    CHANGED.queue(event.pk)


@REQUESTED.compose
def compose_warning(event_id: UUID) -> Letter:
    event = Event.objects.get(pk=event_id)
    return Letter(
        to=[event.data["from"]],
        subject=_("You asked for another address"),
        paragraphs=[
            _("Someone who is signed in as you asked to sign in with %(new)s instead of this address.")
            % {"new": event.data["to"]},
            _("Nothing changes until the link mailed there is opened. You sign in with this address as before."),
        ],
        button=(_("Look at your settings"), link("/you")),
        closing=_("If this was not you, take the change back there and choose a new password at once."),
    )


@CHANGED.compose
def compose_news(event_id: UUID) -> Letter:
    event = Event.objects.get(pk=event_id)
    return Letter(
        to=[event.data["from"]],
        subject=_("Your address was changed"),
        paragraphs=[_("From now on you sign in with %(new)s. This address opens nothing any more.") % _new(event)],
        button=(_("Write to support"), f"mailto:{settings.SUPPORT_EMAIL}"),
        closing=_("If this was you, there is nothing to do. If not, write to us at once; we can undo it."),
    )


def _new(event: Event) -> dict[str, str]:
    return {"new": str(event.data["to"])}
