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


def sign_in_url(account: Account) -> str:
    """Where the same is done for people: at the site, the only host at which a browser is known (its cookie)."""
    address = authorize_url(account)
    is_at_site = _host_of(address) == _host_of(settings.SITE_URL)
    return address if is_at_site else f"{settings.SITE_URL}/{account.name}/oauth/authorize"


def is_only_issuer(host: str, account: Account) -> bool:
    """Whether ``host``, of a request, is that of the account's issuer and not the site's as well."""
    address = issuer(account)
    asked = _host_of(f"{urlsplit(address).scheme}://{host}")
    return asked == _host_of(address) != _host_of(settings.SITE_URL)


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
    """The account that a host names in host style (``acme.id.example.org`` → ``acme``), or an empty string.

    The site and the API may have names there, too; those are no account's.
    """
    suffix = "." + urlsplit(settings.IDENTITY_URL).netloc.lower()
    name = host.lower().removesuffix(suffix)
    if settings.IDENTITY_STYLE != "host" or not host.lower().endswith(suffix) or "." in name:
        return ""
    return "" if _is_the_houses(host) else name


def is_for_issuers(host: str) -> bool:
    """Whether in host style ``host`` is there for issuers alone: the identity host, and every name below it that is
    neither the site's nor the API's, whether or not it is an account's."""
    asked, identity = host.lower(), urlsplit(settings.IDENTITY_URL).netloc.lower()
    is_in_zone = asked == identity or asked.endswith(f".{identity}")
    return settings.IDENTITY_STYLE == "host" and is_in_zone and not _is_the_houses(host)


def _is_the_houses(host: str) -> bool:
    return any(host.lower() == urlsplit(url).netloc.lower() for url in (settings.SITE_URL, settings.API_ROOT))


def _host_of(url: str) -> tuple[str, int]:
    """Host and port, so that a written ``:443`` makes no difference."""
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
