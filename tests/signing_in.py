"""``client.force_login`` as our sign-in leaves a browser: with a session of the house, proven by a second factor."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.test import Client
from tests.factories.accounts import make_factor

from fondaco.accounts.models import Operator, Person, User
from fondaco.identity import policies
from fondaco.identity.models import LoginSession
from fondaco.partners.models import Member
from fondaco.surfaces.site.sign_in import SID

_django_login = Client._login  # type: ignore[attr-defined]  # what force_login and login end in


def install() -> None:
    """From now on every test client signs people in like this."""
    Client._login = _login  # type: ignore[attr-defined]


def _login(client: Client, user: Person, backend: str | None = None) -> None:
    _django_login(client, user, backend)
    if policies.must_have_second_factor(user):
        make_factor(user)
    session: Any = client.session
    started = LoginSession.objects.create(person=user, address="127.0.0.1", device="Tests")
    session[SID] = started.pk.hex
    record = {"method": "mfa", "type": "totp", "at": started.started_at.timestamp()}
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [record]
    session[f"{AUTHENTICATION_METHODS_SESSION_KEY}_user"] = str(user.pk)
    session.save()


def signed_in(who: User | Member | Operator) -> Client:
    """A browser of theirs."""
    client = Client()
    client.force_login(who.person)
    return client


def weaken(client: Client) -> None:
    """As after a sign-in that showed no second factor, e.g. through a company's own directory."""
    session: Any = client.session
    session.pop(AUTHENTICATION_METHODS_SESSION_KEY, None)
    session.save()
