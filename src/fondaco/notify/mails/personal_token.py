"""To the owner of an access token: one was made in their name, has a week left, or was ended by the platform."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from fondaco.audit.models import Event
from fondaco.audit.recording import projects
from fondaco.identity import events
from fondaco.identity.models import PersonalAccessToken
from fondaco.notify.letters import Letter, Mail, link

MADE = Mail(
    "personal_token_made",
    when="a personal access token is made",
    to="its owner",
    subject="A new access token: ⟨name⟩",
)
EXPIRING = Mail(
    "personal_token_expiring",
    when="a personal access token has a week left",
    to="its owner",
    subject="Your access token ⟨name⟩ ends soon",
)
ENDED = Mail(
    "personal_token_ended",
    when="an operator ends a personal access token",
    to="its owner",
    subject="Your access token ⟨name⟩ was ended",
)


@projects(events.PERSONAL_TOKEN_CREATED)
def queue_made(event: Event, token: PersonalAccessToken) -> None:
    MADE.queue(token.pk)


@projects(events.PERSONAL_TOKEN_EXPIRING)
def queue_expiring(event: Event, token: PersonalAccessToken) -> None:
    EXPIRING.queue(token.pk)


@projects(events.PERSONAL_TOKEN_ENDED)
def queue_ended(event: Event, token: PersonalAccessToken) -> None:
    ENDED.queue(event.pk)


@MADE.compose
def compose_made(token_id: UUID) -> Letter | None:
    token = _find(token_id)
    if token is None:
        return None
    return Letter(
        to=[token.person.email],
        subject=_("A new access token: %(name)s") % {"name": token.name},
        paragraphs=[
            _("Hello %(name)s,") % {"name": token.person.name},
            _("An access token was made in your name. Programs that hold it act as you, within its limits."),
            _("If that was you, there is nothing to do. If not, revoke it now, and change your password."),
        ],
        facts=_facts(token),
        button=(_("Your access tokens"), link("/you/tokens")),
    )


@EXPIRING.compose
def compose_expiring(token_id: UUID) -> Letter | None:
    token = _find(token_id)
    if token is None or token.expires_at is None:
        return None
    return Letter(
        to=[token.person.email],
        subject=_("Your access token %(name)s ends soon") % {"name": token.name},
        paragraphs=[
            _("Hello %(name)s,") % {"name": token.person.name},
            _("Your access token ends in a week. Programs that use it stop working then."),
            _("Make a new one and give it to them. If nothing uses the token any more, there is nothing to do."),
        ],
        facts=_facts(token),
        button=(_("Your access tokens"), link("/you/tokens")),
    )


@ENDED.compose
def compose_ended(event_id: UUID) -> Letter | None:
    event = Event.objects.get(pk=event_id, kind=events.PERSONAL_TOKEN_ENDED.name)
    token = PersonalAccessToken.objects.select_related("person").get(pk=UUID(hex=event.subject_id))
    if not token.person.is_active:
        return None
    return Letter(
        to=[token.person.email],
        subject=_("Your access token %(name)s was ended") % {"name": token.name},
        paragraphs=[
            _("Hello %(name)s,") % {"name": token.person.name},
            _("We ended an access token of yours. Programs that use it are refused from now on. This is why:"),
        ],
        quote=event.data["reason"],
        facts=_facts(token),
        button=(_("Your access tokens"), link("/you/tokens")),
        closing=_(
            "Look where its text may have been seen before you make a new one. If you do not know how we came by "
            "it, ask %(support)s."
        )
        % {"support": settings.SUPPORT_EMAIL},
    )


def _find(token_id: UUID) -> PersonalAccessToken | None:
    token = PersonalAccessToken.objects.select_related("person").filter(pk=token_id).first()
    return token if token is not None and token.is_live() and token.person.is_active else None


def _facts(token: PersonalAccessToken) -> list[tuple[str, str]]:
    ends = date_format(token.expires_at, "j F Y") if token.expires_at else _("never")
    used = date_format(token.last_used_at, "j F Y") if token.last_used_at else _("never")
    return [(_("Name"), token.name), (_("Begins with"), token.hint), (_("Ends"), ends), (_("Last used"), used)]
