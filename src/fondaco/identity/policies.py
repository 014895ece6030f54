"""What a client may be made with."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from django.conf import settings

from fondaco.accounts.permissions import Permission
from fondaco.catalog.checks import problem_with_url
from fondaco.catalog.scopes import SCOPES
from fondaco.identity.errors import LogoutUrlNotAllowed, RedirectNotAllowed, UnknownScope
from fondaco.identity.models import ClientKind, OAuthClient
from fondaco.kit.errors import NotFound
from fondaco.partners.models import Member
from fondaco.partners.policies import check_can

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def check_scopes(scopes: Iterable[str]) -> None:
    """Raises :class:`UnknownScope` for the first one that is not in the catalogue."""
    for scope in scopes:
        if scope not in SCOPES:
            raise UnknownScope(scope=scope)


def check_can_manage_client(by: Member, client: OAuthClient) -> None:
    """``by`` may look at and change this client of the portal; another partner's does not exist for them."""
    is_ours = client.account_id == by.partner.developer_account_id and client.kind == ClientKind.PORTAL
    if not (is_ours and client.may_get_tokens):
        raise NotFound
    check_can(by, Permission.PARTNER_CLIENTS_MANAGE)


def check_redirect_uri(uri: str, *, is_public: bool = False) -> None:
    """An absolute https address without fragment or password.

    Also http to the very machine that the browser runs on: for a public client, which may be a program there
    (RFC 8252 §7.3), and for everyone in development.
    """
    try:
        parts = urlsplit(uri)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise RedirectNotAllowed(address=uri) from None
    is_local = parts.scheme == "http" and (is_public or settings.OUTBOUND_ALLOW_LOOPBACK) and host in _LOOPBACK
    is_printable = uri.isascii() and uri.isprintable() and " " not in uri
    is_bare = "#" not in uri and parts.username is None
    if not (host and is_printable and is_bare and (parts.scheme == "https" or is_local)):
        raise RedirectNotAllowed(address=uri)


def check_logout_url(url: str) -> None:
    """An address that we may call: https and not private; in development also http to this machine. May be empty."""
    if url and (problem := problem_with_url(url)):
        raise LogoutUrlNotAllowed(fields={"backchannel_logout_url": [str(problem)]}, address=url)
