"""To someone who signed in with a browser that is new to us, or as whom somebody keeps failing to sign in."""

from __future__ import annotations

from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from fondaco.accounts.models import Person
from fondaco.audit.models import Event
from fondaco.audit.recording import projects
from fondaco.identity import events
from fondaco.identity.models import LoginSession
from fondaco.identity.whereabouts import describe_device, describe_place
from fondaco.notify.letters import Letter, Mail, link

NEW_BROWSER = Mail(
    "sign_in_new_browser",
    when="a person signs in with a browser that is new to us",
    to="the person",
    subject="A new sign-in from ⟨device⟩",
)
PAUSED = Mail(
    "sign_in_paused",
    when="tries to sign in as a person keep failing",
    to="the person",
    subject="Someone keeps failing to sign in as you",
)


@projects(events.SIGNED_IN)
def queue_new_browser(event: Event, session: LoginSession) -> None:
    if event.data.get("is_new_browser"):
        NEW_BROWSER.queue(session.pk)


@projects(events.SIGN_IN_PAUSED)
def queue_paused(event: Event, person: Person) -> None:
    PAUSED.queue(event.pk)


@NEW_BROWSER.compose
def compose_new_browser(session_id: UUID) -> Letter:
    session = LoginSession.objects.select_related("person").get(pk=session_id)
    device = describe_device(session.device)
    return Letter(
        to=[session.person.email],
        subject=_("A new sign-in from %(device)s") % {"device": device},
        paragraphs=[
            _("Hello %(name)s,") % {"name": session.person.name},
            _("You were signed in with a browser that we have not seen you use before."),
        ],
        facts=[
            (_("Device"), device),
            (_("Place"), describe_place(session.address)),
            (_("When"), _("%(time)s UTC") % {"time": date_format(session.started_at, "j F Y, H:i")}),
        ],
        button=(_("See where you are signed in"), link("/you/sessions")),
        closing=_("If this was you, there is nothing to do. If not, sign that device out and choose a new password."),
    )


@PAUSED.compose
def compose_paused(event_id: UUID) -> Letter:
    event = Event.objects.get(pk=event_id)
    knows_password = event.data["what"] == "code"
    return Letter(
        to=[Person.objects.get(pk=event.subject_id).email],
        subject=_("Someone keeps failing to sign in as you"),
        paragraphs=[
            _("Somebody typed your password correctly, but not the code that comes after it.")
            if knows_password
            else _("Somebody tried to sign in as you with wrong passwords."),
            _("From there each further try now has to wait, longer each time. From elsewhere you sign in as always."),
        ],
        facts=[(_("From"), describe_place(event.data["address"]))],
        button=(_("Choose a new password"), link("/account/password/reset/")),
        closing=_("If this was you, wait a minute and try again.")
        if not knows_password
        else _("If this was not you, somebody knows your password: choose a new one at once."),
    )
