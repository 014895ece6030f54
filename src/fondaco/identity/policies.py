"""What a client may be made with, and of whom more than a password is asked."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from allauth.mfa.models import Authenticator
from django.conf import settings

from fondaco.accounts.models import Operator, Person
from fondaco.accounts.permissions import Permission
from fondaco.catalog.scopes import SCOPES
from fondaco.catalog.validation import problem_with_url
from fondaco.identity.errors import (
    LastFactor,
    LogoutUrlNotAllowed,
    RedirectNotAllowed,
    SecondFactorNeeded,
    UnknownScope,
)
from fondaco.identity.factors import has_factor, list_factors
from fondaco.identity.models import ClientKind, OAuthClient
from fondaco.kit.errors import NotFound
from fondaco.partners.models import Member, MemberRole
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


def must_have_second_factor(person: Person) -> bool:
    """Whether a password is not enough: for active operators and active owners of partners, wherever they work."""
    if not settings.REQUIRE_SECOND_FACTOR:
        return False
    is_operator = Operator.objects.filter(person=person, is_active=True).exists()
    return is_operator or Member.objects.filter(person=person, is_active=True, role=MemberRole.OWNER).exists()


def check_second_factor(person: Person) -> None:
    """Raises :class:`SecondFactorNeeded` for who must have one and has none."""
    if must_have_second_factor(person) and not has_factor(person):
        raise SecondFactorNeeded


def may_lose(person: Person, factor: Authenticator) -> bool:
    """Whether the person may do without this factor: they have another one, or need none."""
    return list_factors(person).exclude(pk=factor.pk).exists() or not must_have_second_factor(person)


def check_may_lose(person: Person, factor: Authenticator) -> None:
    """Raises :class:`LastFactor` for the last one of who must have one."""
    if not may_lose(person, factor):
        raise LastFactor
