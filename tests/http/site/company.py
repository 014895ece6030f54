"""Harbour Bank, whose sign-in is a provider of its own, and a browser that goes there and back."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import httpx
from django.http import HttpResponse
from django.test import Client
from tests.factories.accounts import SYSTEM
from tests.openid_provider import CLIENT_ID, CLIENT_SECRET, Provider

from fondaco.accounts.models import Person, User
from fondaco.identity.actions import ProviderEntries, save_provider, switch_provider
from fondaco.identity.models import FederatedIdentity, IdentityProvider, LoginSession

NINA = {"sub": "nina-1", "email": "nina@harbour.example", "email_verified": True, "name": "Nina North"}


def set_up(by: User, provider: Provider, *, is_enabled: bool = True, **entries: Any) -> IdentityProvider:
    known = IdentityProvider.objects.filter(account_id=by.account_id).first()
    given: dict[str, Any] = {
        "name": "Harbour account",
        "issuer": provider.issuer,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "default_role": by.account.roles.get(key="agent"),
        **entries,
    }
    save_provider(actor=SYSTEM, by=by, revision=known.revision if known else 0, entries=ProviderEntries(**given))
    return switch_provider(actor=SYSTEM, by=by, is_enabled=is_enabled)


def to_provider(client: Client, *, path: str = "/sign-in/harbour/go") -> str:
    """Where the provider sends the browser back to: it answers at once."""
    response = client.get(path)
    assert response.status_code == 302, response.content.decode()
    answer = httpx.get(response["Location"], follow_redirects=False)
    assert answer.status_code == 302, answer.text
    parts = urlsplit(answer.headers["Location"])
    return f"{parts.path}?{parts.query}"


def sign_in(client: Client, *, path: str = "/sign-in/harbour/go") -> HttpResponse:
    return client.get(to_provider(client, path=path))  # type: ignore[return-value]


def nobody_came_in(client: Client) -> bool:
    return (
        "_auth_user_id" not in client.session
        and not LoginSession.objects.exists()
        and not FederatedIdentity.objects.exists()
        and not Person.objects.filter(email=NINA["email"]).exists()
    )
