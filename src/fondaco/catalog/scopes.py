"""The catalogue of scopes: what a program may ask for, and what that means in plain words (DOMAIN 3.8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fondaco.accounts.permissions import Permission


@dataclass(frozen=True, slots=True)
class Scope:
    """``consent`` is what a customer reads before installing, ``allows`` what a developer does; ``api`` groups scopes.

    ``icon`` names a picture of the design system. ``endpoints`` are those of the wire that ask for it. Implicit scopes
    are given to every installation and are neither asked for nor shown there. What is only for installations means
    nothing to a client made in the portal, which has none. What is only for partners is about their own apps at the
    house: a client of the portal can have it, an app never. A token of a person who signed in opens it only while that
    person has the permission ``person_needs``.
    """

    name: str
    consent: Promise
    icon: str
    api: Promise
    allows: Promise
    endpoints: tuple[str, ...] = ()
    implicit: bool = False
    is_for_installations: bool = False
    is_for_partners: bool = False
    person_needs: Permission | None = None

    @property
    def needs_reason(self) -> bool:
        """Whoever wants to change data must say why (DOMAIN 5.2)."""
        return not self.implicit and self.name.endswith((":write", ":end", ":start", ":manage"))


_IDENTITY, _ACCOUNT, _APPS, _EVENTS = _("Identity"), _("Account"), _("Apps"), _("Events")
_USERS, _CONTACTS, _RECORDINGS, _RING_GROUPS = _("Users"), _("Contacts"), _("Recordings"), _("Ring groups")
_QUEUES, _CALLBACK, _REPORTS, _SESSIONS = _("Queues"), _("Callback"), _("Explore reports"), _("Sessions")
_OWN_APPS: Final = _("Your own apps")
_INSTALLATION: Final = "/apps/{app_id}/installations/{id}"

_CATALOGUE = (
    Scope(
        "openid",
        _("Signs your people in with their platform account"),
        "login",
        _IDENTITY,
        _("Sign a user of the account in: an ID token with the code, and who they are"),
        ("GET /users/me",),
        implicit=True,
    ),
    Scope(
        "refresh_token",
        _("Keeps your people signed in"),
        "refresh",
        _IDENTITY,
        _("Get a refresh token with the code, to go on when the access token has run out"),
        implicit=True,
    ),
    Scope(
        "tokens:introspect",
        _("Checks whether the access of your other apps is valid"),
        "shield-check",
        _IDENTITY,
        _("Ask what the access tokens of the account's other clients are worth, for an API of one's own"),
        ("POST {issuer}/oauth/introspect",),
    ),
    Scope(
        "account:read",
        _("Reads your account's name and time zone"),
        "building",
        _ACCOUNT,
        _("Read the account: its name, company and time zone"),
        ("GET /account",),
    ),
    Scope(
        "apps:read",
        _("Reads its own installation"),
        "apps",
        _APPS,
        _("Read the app and its own installation: state, users, subscription, trial"),
        (
            "GET /apps",
            "GET /apps/{app_id}",
            "GET /apps/{app_id}/installations",
            f"GET {_INSTALLATION}",
            f"GET {_INSTALLATION}/full-state",
            f"GET {_INSTALLATION}/state",
            f"GET {_INSTALLATION}/users",
            f"GET {_INSTALLATION}/subscription",
            f"GET {_INSTALLATION}/trial",
        ),
        implicit=True,
        is_for_installations=True,
    ),
    Scope(
        "apps:write",
        _("Answers changes of its own installation"),
        "apps",
        _APPS,
        _("Answer what is open for its own installation, and renew its credentials"),
        (
            f"POST {_INSTALLATION}/state",
            f"POST {_INSTALLATION}/credentials/{{client_id}}/state",
            f"POST {_INSTALLATION}/credentials/actions/rotate",
        ),
        implicit=True,
        is_for_installations=True,
    ),
    Scope(
        "events:read",
        _("Reads its own events"),
        "bell",
        _EVENTS,
        _("Read an event again that was sent to its own installation"),
        ("GET /apps/{app_id}/events/{id}", "GET /apps/{app_id}/messages"),
        implicit=True,
        is_for_installations=True,
    ),
    Scope(
        "events:write",
        _("Changes which of its own events it gets"),
        "bell",
        _EVENTS,
        _("Change which events are sent to its own installation"),
        is_for_installations=True,
    ),
    Scope(
        "users:read",
        _("Reads the people in your account"),
        "users",
        _USERS,
        _("List the users of the account, and read one of them"),
        ("GET /users", "GET /users/{id}"),
        person_needs=Permission.PEOPLE_VIEW,
    ),
    Scope(
        "contacts:read",
        _("Reads your contacts"),
        "address-book",
        _CONTACTS,
        _("List contacts with their phone numbers, and read one of them"),
    ),
    Scope(
        "contacts:write",
        _("Adds and changes your contacts"),
        "address-book",
        _CONTACTS,
        _("Add contacts, and change them"),
    ),
    Scope(
        "recordings:read",
        _("Listens to call recordings"),
        "microphone",
        _RECORDINGS,
        _("List the recordings of a call, read what one is about, and fetch its sound"),
    ),
    Scope(
        "user-ring-groups:read",
        _("Reads which ring groups your people are in"),
        "users-group",
        _RING_GROUPS,
        _("List ring groups, and the users in each"),
    ),
    Scope(
        "user-ring-groups:write",
        _("Changes which ring groups your people are in"),
        "users-group",
        _RING_GROUPS,
        _("Put users into ring groups, and take them out"),
    ),
    Scope("queues:read", _("Reads your queues"), "list", _QUEUES, _("List queues")),
    Scope(
        "queues:write",
        _("Changes who works on your queues"),
        "list",
        _QUEUES,
        _("Put users on queues, and take them off"),
    ),
    Scope(
        "queues-users:read",
        _("Reads who works on your queues"),
        "list",
        _QUEUES,
        _("List the users on a queue"),
    ),
    Scope(
        "callback:write",
        _("Asks for calls to be made back to your contacts"),
        "phone",
        _CALLBACK,
        _("Ask for a call back to a contact"),
    ),
    Scope(
        "data-reports:read",
        _("Reads reports on finished calls"),
        "chart-bar",
        _REPORTS,
        _("See how far a report is, and fetch its file"),
    ),
    Scope(
        "data-reports:write",
        _("Orders reports on finished calls"),
        "chart-bar",
        _REPORTS,
        _("Order a report, and delete it again"),
    ),
    Scope(
        "user-session-public:end",
        _("Signs your people out of the platform"),
        "logout",
        _SESSIONS,
        _("End a user's session on the platform"),
        ("POST {issuer}/oauth/end_user_session",),
        person_needs=Permission.PEOPLE_MANAGE,
    ),
    Scope(
        "partner-apps:read",
        _("Reads a partner's own apps"),
        "apps",
        _OWN_APPS,
        _("Read the partner's apps, versions, reviews and deliveries through the management API"),
        is_for_partners=True,
    ),
    Scope(
        "partner-apps:write",
        _("Changes a partner's own apps"),
        "apps",
        _OWN_APPS,
        _("Register apps, edit versions, listings and plans, run checks and submit, through the management API"),
        is_for_partners=True,
    ),
    Scope(
        "partner-apps:publish",
        _("Publishes a partner's own apps"),
        "apps",
        _OWN_APPS,
        _("Make approved versions available, and take them out of the marketplace, through the management API"),
        is_for_partners=True,
    ),
    Scope(
        "partner-events:read",
        _("Reads what a partner's own apps were sent"),
        "bell",
        _OWN_APPS,
        _("Pull what your apps are sent, with credentials until delivered, and read each installation's state"),
        (
            "GET /apps/{app_id}/messages",
            "GET /apps/{app_id}/events/{id}",
            "GET /apps/{app_id}/installations",
            f"GET {_INSTALLATION}",
            f"GET {_INSTALLATION}/full-state",
        ),
        is_for_partners=True,
    ),
)
SCOPES: Final[dict[str, Scope]] = {scope.name: scope for scope in _CATALOGUE}
IMPLICIT: Final = tuple(scope.name for scope in _CATALOGUE if scope.implicit)
REQUESTABLE: Final = tuple(scope.name for scope in _CATALOGUE if not scope.implicit and not scope.is_for_partners)
FOR_PORTAL_CLIENTS: Final = tuple(scope.name for scope in _CATALOGUE if not scope.is_for_installations)


def scopes_by_api() -> list[tuple[str, list[Scope]]]:
    """The catalogue by API, in its own order; names are in the reader's language."""
    found: dict[str, list[Scope]] = {}
    for scope in _CATALOGUE:
        found.setdefault(str(scope.api), []).append(scope)
    return list(found.items())
