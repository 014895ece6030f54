"""People who are signed in to the platform and, in that session, to an app."""

from __future__ import annotations

from datetime import timedelta

from tests.factories.identity import make_login_session

from fondaco.accounts.models import User
from fondaco.identity.models import AuthorizationCode, LoginSession, OAuthClient, TokenFamily
from fondaco.kit import clock


def sign_in_to_app(user: User, client: OAuthClient, session: LoginSession | None = None) -> LoginSession:
    """The client got tokens for ``user`` in a session, the given one or a new one; returns it."""
    session = session or make_login_session(user.person)
    later = clock.now() + timedelta(minutes=10)
    family = TokenFamily.objects.create(client=client, user=user, login_session=session, expires_at=later)
    AuthorizationCode.objects.create(
        code_hash=family.pk.hex, family=family, redirect_uri="", expires_at=later, used_at=clock.now()
    )
    return session
