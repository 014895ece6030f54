"""To someone whose ways to prove themselves have changed: what was done, from where, and what if it was not them."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fondaco.accounts.models import Person
from fondaco.audit.models import Event
from fondaco.audit.recording import projects
from fondaco.identity import events
from fondaco.identity.whereabouts import describe_place
from fondaco.notify.letters import Letter, Mail, link

MAIL = Mail(
    "security_changed",
    when="a password, a second factor or recovery codes change or are used",
    to="the person",
    subject="Your password was changed · You can prove yourself by one more thing"
    " · One of your second factors was removed · You have new recovery codes · A recovery code of yours was used",
)


@projects(
    events.PASSWORD_CHANGED,
    events.FACTOR_ADDED,
    events.FACTOR_REMOVED,
    events.RECOVERY_CODES_MADE,
    events.RECOVERY_CODE_USED,
)
def queue(event: Event, person: Person) -> None:
    MAIL.queue(event.pk)


@MAIL.compose
def compose(event_id: UUID) -> Letter:
    event = Event.objects.get(pk=event_id)
    subject, sentence = _words(event)
    return Letter(
        to=[Person.objects.get(pk=event.subject_id).email],
        subject=subject,
        paragraphs=[sentence],
        facts=[(_("From"), describe_place(event.actor_address))] if event.actor_address else [],
        button=(_("Look at your settings"), link("/you/security")),
        closing=_(
            "If this was not you, choose a new password at once, sign out everywhere, and revoke the access tokens "
            "that are not yours."
        ),
    )


def _words(event: Event) -> tuple[str, str]:
    """Subject and sentence."""
    thing = _("an authenticator app")
    if event.data.get("kind") == "webauthn":
        thing = _("the passkey “%(name)s”") % {"name": event.data["name"]}
    match event.kind:
        case events.PASSWORD_CHANGED.name:
            return _("Your password was changed"), _(
                "You have a new password, and all your other devices were signed out."
            )
        case events.FACTOR_ADDED.name:
            return _("You can prove yourself by one more thing"), _("Added: %(thing)s.") % {"thing": thing}
        case events.FACTOR_REMOVED.name:
            return _("One of your second factors was removed"), _("Removed: %(thing)s.") % {"thing": thing}
        case events.RECOVERY_CODES_MADE.name:
            return _("You have new recovery codes"), _("The ones that you had before open nothing any more.")
    left = ngettext("%(count)d code is left.", "%(count)d codes are left.", event.data["left"])
    return _("A recovery code of yours was used"), left % {"count": event.data["left"]}
