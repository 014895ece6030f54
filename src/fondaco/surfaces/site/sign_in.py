"""Our side of django-allauth: nobody signs up alone, and every sign-in opens a session that apps can be told of."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.models import EmailAddress
from allauth.core import context
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from fondaco.accounts.actions import confirm_email
from fondaco.accounts.models import Person
from fondaco.audit.actor import Actor, ActorKind
from fondaco.identity.actions import change_password, end_login_session, start_login_session
from fondaco.identity.signed_in import SignedIn, find_signed_in, note_seen
from fondaco.identity.tries import Try, begin_try, forgive_tries, note_failure
from fondaco.kit import clock
from fondaco.kit.errors import DomainError
from fondaco.kit.ids import parse_wire
from fondaco.notify.mails import email_confirm
from fondaco.surfaces.site.resuming import BROWSER
from fondaco.surfaces.site.viewer import FEDERATION

logger = logging.getLogger(__name__)

SID: Final = "sid"  # session key: wire id of the LoginSession
_FRESH: Final = timedelta(seconds=settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)
_BROWSER_AGE: Final = 365 * 24 * 3600


class Backend(AuthenticationBackend):  # type: ignore[misc]  # allauth has no types
    """allauth's sign-in by address and password. A cookie counts only as long as the session behind it is open."""

    def get_user(self, user_id: UUID) -> Person | None:
        """The person of this request's session, with their post on the staff, if any.

        Who has left, or whose session was ended anywhere, is signed out by this very request.
        """
        request = context.request
        if request is None:
            return None
        session_id = parse_wire(request.session.get(SID, ""))
        found = find_signed_in(session_id=session_id, person_id=user_id) if session_id else None
        if found is None:
            request.session.flush()
            request.is_signed_out = True
            return None
        note_seen(found.session)
        request.signed_in = found
        return found.person


_WAYS: Final = {  # by allauth's names
    "reauthenticate": _("Use your password"),
    "mfa_reauthenticate": _("Use a code"),
    "mfa_reauthenticate:webauthn": _("Use a passkey"),
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Joins allauth's sign-in to the house's own login sessions and limits."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("Address and password do not go together. Try again, or have a new one mailed."),
        "incorrect_password": _("This is not your password. Nothing was changed."),
        "enter_current_password": _("This is not your password. Nothing was changed."),
        "rate_limited": _("That was too often in a short time. Nothing was done. Try again in a few minutes."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People join by invitation only."""
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Person | None:
        """Checks a password; a try that fails makes the next one wait (``identity.tries``)."""
        email = str(credentials.get("email", "")).strip().lower()[:254]
        attempt = Try("password", email, address_of(request))
        person = Person.objects.filter(email=email).first()
        try:
            begin_try(attempt=attempt, person=person)
        except DomainError as refusal:
            raise ValidationError(str(refusal), code=refusal.code) from refusal
        found: Person | None = super().authenticate(request, **credentials)
        if found != person:  # allauth also finds people by an address that they only wait for
            found = None
        if found is None:
            visitor = Actor.anonymous(label=email[:200], address=attempt.address)
            note_failure(actor=visitor, attempt=attempt, person=person)
        else:
            forgive_tries(attempt=attempt)
        return found

    def login(self, request: HttpRequest, user: Person) -> None:
        """Opens the platform session whose id is the ``sid`` that apps see."""
        super().login(request, user)
        browser = _browser_of(request)
        session = start_login_session(
            actor=actor_of(request, user),
            person=user,
            address=address_of(request),
            device=request.headers.get("User-Agent", "")[:200],
            browser=browser,
            bound_to=(bound_to := getattr(request, "federated_account", "")),
        )
        request.session[SID] = session.pk.hex
        request.session[FEDERATION] = {"account": bound_to, "is_bound": bool(bound_to)}

    def logout(self, request: HttpRequest) -> None:
        """Ends the platform session."""
        session_id = parse_wire(request.session.get(SID, ""))
        if session_id is not None and isinstance(request.user, Person):
            end_login_session(actor=actor_of(request, request.user), session_id=session_id)
        super().logout(request)

    def set_password(self, user: Person, password: str) -> None:
        """A new password ends what was opened with the old one, but not the session that it is set in."""
        own = parse_wire(self.request.session.get(SID, ""))
        change_password(actor=actor_of(self.request, user), person=user, password=password, keep=own)
        forgive_tries(attempt=Try("password", user.email, address_of(self.request)))

    def get_reauthentication_methods(self, user: Person) -> list[dict[str, str]]:
        """The ways to confirm who one is, called as they are on every other page."""
        found: list[dict[str, str]] = super().get_reauthentication_methods(user)
        return [way | {"description": str(_WAYS.get(way["id"], way["description"]))} for way in found]

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whoever signed in a moment ago has just shown who they are."""
        found: SignedIn | None = getattr(context.request, "signed_in", None)
        if found is not None and clock.now() - found.session.started_at < _FRESH:
            return False
        return bool(super().is_reauthentication_required(app=app, **kwargs))

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The page that sends everyone to their own place."""
        return "/home"

    def get_email_verification_redirect_url(self, email_address: EmailAddress) -> str:
        """The page that shows the address, after the sign-in for who is not signed in here.

        It is closed to a session that only a company's provider opened.
        """
        found: dict[str, Any] = self.request.session.get(FEDERATION) or {}
        return "/home" if found.get("is_bound") else reverse("site:you")

    def send_confirmation_mail(self, request: HttpRequest, emailconfirmation: Any, signup: bool) -> None:
        """Who knows the password of an address that is not proven is mailed the question whether it is theirs."""
        email_confirm.MAIL.queue(emailconfirmation.email_address.user_id)

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """What the page behind the mailed link does: an action of ours, with its event and letters."""
        actor = Actor.anonymous(label=email_address.email[:200], address=address_of(request))
        person = confirm_email(actor=actor, address=email_address)
        said = gettext("Done: from now on you sign in with %(email)s.")
        if isinstance(request.user, Person) and request.user != person:  # in whose browser the link was opened
            said = gettext("Done: %(email)s is confirmed. Here you are signed in as %(own)s as before.")
        own = getattr(request.user, "email", "")
        messages.success(request, said % {"email": person.email, "own": own})
        return True

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back to the page with everything that one proves oneself by."""
        return reverse("site:security")

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """None of allauth's own mails go out: people get letters of ours (``notify.mails``), about the same things.

        Its links come from the ``Host`` that a request names, and it writes to people who are not here. Nothing that we
        offer asks for one; whatever does after an update is logged, and nobody is kept from what they were doing.
        """
        logger.error("a mail of django-allauth was not sent: %s", template_prefix)


class BrowserMiddleware:
    """Lets a browser in which someone signs in keep a value by which it is known again, so that new ones are told."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        fresh = getattr(request, "fresh_browser", "")
        if fresh:
            response.set_cookie(
                BROWSER,
                fresh,
                max_age=_BROWSER_AGE,
                httponly=True,
                samesite="Lax",
                secure=settings.SESSION_COOKIE_SECURE,
            )
        return response


def actor_of(request: HttpRequest, person: Person) -> Actor:
    """The person as the cause of what this request does."""
    return Actor(ActorKind.PERSON, id=person.pk.hex, label=person.name, address=address_of(request))


def address_of(request: HttpRequest) -> str:
    """The network address that the request came from."""
    return str(request.META.get("REMOTE_ADDR", ""))[:45]


def _browser_of(request: HttpRequest) -> str:
    known = request.COOKIES.get(BROWSER, "")[:100]
    if not known:
        known = secrets.token_urlsafe(24)
        request.fresh_browser = known  # type: ignore[attr-defined]  # for the middleware above
    return known
