"""The catalogue of scopes: what a program may ask for, and what that means in plain words (DOMAIN 3.8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Scope:
    """``consent`` is what a customer reads before installing; ``icon`` names a picture of the design system.

    Implicit scopes are given to every installation and are neither asked for nor shown.
    """

    name: str
    consent: Promise
    icon: str
    implicit: bool = False

    @property
    def needs_reason(self) -> bool:
        """Whoever wants to change data must say why (DOMAIN 5.2)."""
        return not self.implicit and self.name.endswith((":write", ":end", ":start", ":manage"))


_CATALOGUE = (
    Scope("openid", _("Signs your people in with their platform account"), "login", implicit=True),
    Scope("refresh_token", _("Keeps your people signed in"), "refresh", implicit=True),
    Scope("apps:read", _("Reads its own installation"), "apps", implicit=True),
    Scope("apps:write", _("Answers changes of its own installation"), "apps", implicit=True),
    Scope("events:read", _("Reads its own events"), "bell", implicit=True),
    Scope("account:read", _("Reads your account's name and time zone"), "building"),
    Scope("users:read", _("Reads the people in your account"), "users"),
    Scope("contacts:read", _("Reads your contacts"), "address-book"),
    Scope("contacts:write", _("Adds and changes your contacts"), "address-book"),
    Scope("recordings:read", _("Listens to call recordings"), "microphone"),
    Scope("user-ring-groups:read", _("Reads which ring groups your people are in"), "users-group"),
    Scope("queues:read", _("Reads your queues"), "list"),
    Scope("queues:write", _("Changes who works on your queues"), "list"),
    Scope("queues-users:read", _("Reads who works on your queues"), "list"),
    Scope("callback:write", _("Asks for calls to be made back to your contacts"), "phone"),
    Scope("data-reports:read", _("Reads reports on finished calls"), "chart-bar"),
    Scope("data-reports:write", _("Orders reports on finished calls"), "chart-bar"),
    Scope("user-session-public:end", _("Signs your people out of the platform"), "logout"),
    Scope("tokens:introspect", _("Checks whether the access of your other apps is valid"), "shield-check"),
)
SCOPES: Final[dict[str, Scope]] = {scope.name: scope for scope in _CATALOGUE}
IMPLICIT: Final = tuple(scope.name for scope in _CATALOGUE if scope.implicit)
REQUESTABLE: Final = tuple(scope.name for scope in _CATALOGUE if not scope.implicit)
