"""Where an account's identity lives. Partners learn these addresses from ``_links`` and discovery only (DOMAIN 3.1)."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings

from fondaco.accounts.models import Account


def issuer(account: Account) -> str:
    """The ``iss`` of an account's tokens: ``{IDENTITY_URL}/{name}``, or ``https://{name}.{host}`` in host style."""
    return issuer_of(account.name)


def issuer_of(name: str) -> str:
    """The same for the account called ``name``."""
    return issuer_template().replace("{account}", name)


def issuer_template() -> str:
    """All issuers of the house at once, with ``{account}`` where a name goes."""
    if settings.IDENTITY_STYLE == "host":
        parts = urlsplit(settings.IDENTITY_URL)
        return f"{parts.scheme}://{{account}}.{parts.netloc}"
    return f"{settings.IDENTITY_URL}/{{account}}"


def authorize_url(account: Account) -> str:
    """Where a browser is sent to sign a user in to an app."""
    return f"{issuer(account)}/oauth/authorize"


def token_url(account: Account) -> str:
    """Where a program gets tokens; the ``aud`` of client assertions."""
    return f"{issuer(account)}/oauth/token"


def revoke_url(account: Account) -> str:
    """Where a program gives a token back (RFC 7009)."""
    return f"{issuer(account)}/oauth/revoke"


def introspection_url(account: Account) -> str:
    """Where a program asks whether a token is alive (RFC 7662)."""
    return f"{issuer(account)}/oauth/introspect"


def jwks_url(account: Account) -> str:
    """Where the keys are published that verify ID tokens."""
    return f"{issuer(account)}/.well-known/jwks.json"


def account_name_of_host(host: str) -> str:
    """The account that a host names in host style (``acme.id.example.org`` → ``acme``), or an empty string."""
    suffix = "." + urlsplit(settings.IDENTITY_URL).netloc.lower()
    name = host.lower().removesuffix(suffix)
    return name if host.lower().endswith(suffix) and "." not in name else ""
