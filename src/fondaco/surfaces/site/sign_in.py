"""Our side of django-allauth: nobody signs up alone, and every sign-in opens a session that apps can be told of."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.http import HttpRequest

from fondaco.accounts.models import Person
from fondaco.audit.actor import Actor, ActorKind
from fondaco.identity.actions import end_login_session, end_other_sessions, start_login_session
from fondaco.kit.ids import parse_wire
from fondaco.surfaces.site.viewer import FEDERATION

SID = "sid"  # session key: wire id of the LoginSession


class Backend(AuthenticationBackend):  # type: ignore[misc]  # allauth has no types
    """allauth's sign-in by address and password. Each request's person comes with their post on the staff, if any."""

    def get_user(self, user_id: UUID | str) -> Person | None:
        """The person of a session; who left has none any more."""
        person = Person.objects.select_related("operator").filter(pk=user_id).first()
        return person if person is not None and self.user_can_authenticate(person) else None


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Joins allauth's sign-in to the house's own login sessions."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People join by invitation only."""
        return False

    def login(self, request: HttpRequest, user: Person) -> None:
        """Opens the platform session whose id is the ``sid`` that apps see."""
        super().login(request, user)
        session = start_login_session(
            actor=_actor(request, user),
            person=user,
            address=request.META.get("REMOTE_ADDR", ""),
            device=request.headers.get("User-Agent", "")[:200],
            bound_to=(bound_to := getattr(request, "federated_account", "")),
        )
        request.session[SID] = session.pk.hex
        request.session[FEDERATION] = {"account": bound_to, "is_bound": bool(bound_to)}

    def logout(self, request: HttpRequest) -> None:
        """Ends the platform session."""
        session_id = parse_wire(request.session.get(SID, ""))
        if session_id is not None and isinstance(request.user, Person):
            end_login_session(actor=_actor(request, request.user), session_id=session_id)
        super().logout(request)

    def set_password(self, user: Person, password: str) -> None:
        """A new password ends what was opened with the old one, but not the session that it is set in."""
        super().set_password(user, password)
        own = parse_wire(self.request.session.get(SID, ""))
        end_other_sessions(actor=_actor(self.request, user), person=user, keep=own)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The page that sends everyone to their own place."""
        return "/home"

    def format_email_subject(self, subject: str) -> str:
        """Subjects carry no site prefix."""
        return subject

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """allauth's own mails (password reset) go out as they are."""
        super().send_mail(template_prefix, email, context)


def _actor(request: HttpRequest, person: Person) -> Actor:
    return Actor(ActorKind.PERSON, id=person.pk.hex, label=person.name, address=request.META.get("REMOTE_ADDR", ""))
