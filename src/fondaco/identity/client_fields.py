"""What a person may set on a client of the portal (DOMAIN 3.9), and the rules for it. Pure: no query."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from fondaco.catalog.models import IdTokenAlgorithm
from fondaco.catalog.scopes import FOR_PORTAL_CLIENTS, SCOPES
from fondaco.catalog.validation import FieldProblems
from fondaco.identity import policies
from fondaco.identity.errors import RedirectNotAllowed

CLIENT_CREDENTIALS: Final = "client_credentials"
AUTHORIZATION_CODE: Final = "authorization_code"
REFRESH_TOKEN: Final = "refresh_token"  # noqa: S105 - the name of a grant
GRANTS: Final = (CLIENT_CREDENTIALS, AUTHORIZATION_CODE, REFRESH_TOKEN)
MOST_ADDRESSES: Final = 10
_LONGEST_NAME: Final = 100
_LONGEST_ADDRESS: Final = 500
# A scope that does nothing without this grant.
_NEEDS_GRANT: Final = {
    "openid": AUTHORIZATION_CODE,
    "refresh_token": REFRESH_TOKEN,
    **{name: CLIENT_CREDENTIALS for name, scope in SCOPES.items() if scope.is_for_partners},
}


@dataclass(frozen=True, slots=True)
class ClientFields:
    """Everything that can be set and changed; redirect addresses are compared exactly as they are written.

    Without a word about how ID tokens are signed that stays as it is, at first ES256.
    """

    name: str
    grant_types: tuple[str, ...]
    scopes: tuple[str, ...]
    redirect_uris: tuple[str, ...] = ()
    id_token_signed_response_alg: str | None = None


def clean(fields: ClientFields, *, is_public: bool) -> dict[str, Any]:
    """The values to store; raises :class:`Invalid` with everything that is wrong, field by field."""
    found = FieldProblems()
    values: dict[str, Any] = {"name": found.text("name", fields.name, most=_LONGEST_NAME, least=1)}
    values["grant_types"] = grants = _grants(found, fields.grant_types, is_public=is_public)
    values["redirect_uris"] = _addresses(found, fields.redirect_uris, is_public=is_public)
    if AUTHORIZATION_CODE in grants and not values["redirect_uris"]:
        found.add("redirect_uris", _("Signing people in needs an address to send them back to."))
    values["scopes"] = _scopes(found, fields.scopes, grants)
    if fields.id_token_signed_response_alg is not None:
        name = "id_token_signed_response_alg"
        values[name] = found.choice(name, fields.id_token_signed_response_alg, IdTokenAlgorithm)
    found.raise_if_any()
    return values


def _grants(found: FieldProblems, grants: Iterable[str], *, is_public: bool) -> list[str]:
    chosen = found.choices("grant_types", grants, GRANTS)
    if not chosen:
        found.add("grant_types", _("Choose at least one way to get tokens."))
    elif is_public and CLIENT_CREDENTIALS in chosen:
        found.add("grant_types", _("Client credentials need a secret, which this client cannot keep."))
    elif REFRESH_TOKEN in chosen and AUTHORIZATION_CODE not in chosen:
        found.add("grant_types", _("Refreshing goes on from an authorization code, so choose that too."))
    return [grant for grant in GRANTS if grant in chosen]


def _addresses(found: FieldProblems, addresses: Iterable[str], *, is_public: bool) -> list[str]:
    given = list(dict.fromkeys(address.strip() for address in addresses if address.strip()))
    wrong = [str(problem) for address in given if (problem := _problem(address, is_public=is_public))]
    if len(given) > MOST_ADDRESSES:
        wrong = [
            _("Use at most %(most)d addresses; these are %(count)d.") % {"most": MOST_ADDRESSES, "count": len(given)}
        ]
    if wrong:
        found.fields["redirect_uris"] = wrong
    return given


def _problem(address: str, *, is_public: bool) -> str:
    shown = address[:100]
    if not shown.isprintable():
        shown = shown.encode("ascii", "backslashreplace").decode()
    if len(address) > _LONGEST_ADDRESS:
        return _("%(address)s… is longer than %(most)d characters.") % {"address": shown, "most": _LONGEST_ADDRESS}
    try:
        policies.check_redirect_uri(address, is_public=is_public)
    except RedirectNotAllowed:
        words = _(
            "%(address)s cannot be used: write the host as xn--… and other letters percent-encoded, as browsers do."
        )
        if not address.isascii():
            return words % {"address": shown}
        words = _("%(address)s cannot be used: begin with https:// and leave fragment (#), password and spaces out.")
        return words % {"address": shown}
    return ""


def _scopes(found: FieldProblems, scopes: Iterable[str], grants: list[str]) -> list[str]:
    asked = list(dict.fromkeys(scopes))
    foreign = [name for name in asked if name in SCOPES and name not in FOR_PORTAL_CLIENTS]
    if foreign:
        words = _("Only the client of an installation can have %(scopes)s.")
        found.add("scopes", words % {"scopes": ", ".join(foreign)})
    chosen = found.choices("scopes", [name for name in asked if name not in foreign], FOR_PORTAL_CLIENTS)
    if not asked:
        found.add("scopes", _("Choose at least one, or its tokens open nothing."))
    for scope, grant in _NEEDS_GRANT.items():
        if scope in chosen and grant not in grants:
            words = _("%(scope)s does nothing without the grant %(grant)s. Choose both or neither.")
            found.add("scopes", words % {"scope": scope, "grant": grant})
    return [name for name in FOR_PORTAL_CLIENTS if name in chosen]
