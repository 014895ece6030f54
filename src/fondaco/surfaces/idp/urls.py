"""Addresses of each account's issuer: below ``/{account}`` in path style, at the root of a host in host style.

Browsers are signed in below ``/{account}`` of the site in both.
"""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, path

from fondaco.surfaces.idp import programs, views
from fondaco.surfaces.idp.end_session import end_session

app_name = "idp"


def addresses(style: str) -> list[URLPattern]:
    """The issuer's addresses; in host style the account is found by ``issuer.account_name_of_host``."""
    account = "" if style == "host" else "<slug:account>/"
    at_the_site = [
        path("<slug:account>/oauth/authorize", views.authorize, name="authorize"),
        path("<slug:account>/oauth/resume", views.resume, name="resume"),
    ]
    of_the_issuer = [
        path(f"{account}oauth/token", programs.token, name="token"),
        path(f"{account}oauth/revoke", programs.revoke, name="revoke"),
        path(f"{account}oauth/end_user_session", end_session, name="end_session"),
        path(f"{account}oauth/introspect", programs.introspect, name="introspect"),
        path(f"{account}.well-known/openid-configuration", views.discovery, name="discovery"),
        path(f"{account}.well-known/jwks.json", views.jwks, name="jwks"),
        # RFC 8414 §3.1 has the issuer's path behind the well-known one
        path(f".well-known/oauth-authorization-server{_behind(account)}", views.discovery, name="metadata"),
    ]
    if style == "host":
        of_the_issuer.append(path("oauth/authorize", views.authorize, name="authorize"))
    return at_the_site + of_the_issuer


def _behind(account: str) -> str:
    return f"/{account.rstrip('/')}" if account else ""


urlpatterns = addresses(settings.IDENTITY_STYLE)
