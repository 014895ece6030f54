"""What a provider publishes about itself: its addresses and its keys (OpenID Connect Discovery §3 and §4).

Never called inside a transaction. Both are kept with the provider's row for a while, so that not every sign-in asks
for them, and a provider that is down for a minute stops nobody who is at its login page.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from authlib.oidc.discovery import get_well_known_url
from django.conf import settings
from django.utils.translation import gettext as _
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, KeySet

from fondaco.identity.federation.errors import ProviderUnreachable, ProviderWrong
from fondaco.identity.models import IdentityProvider
from fondaco.kit import clock
from fondaco.kit.outbound import Answer, BadUrl, FailureKind, OutboundError, check_url, fetch

ALGORITHMS: Final = ("ES256", "RS256", "PS256", "ES384", "RS384", "PS384", "ES512", "RS512", "PS512")
"""Signatures that we take. Never ``none``, and none with a shared secret: their key would be the client's own."""

_METADATA_LASTS: Final = timedelta(hours=1)
_KEYS_LAST: Final = timedelta(minutes=10)
_KEYS_AGAIN_AFTER: Final = timedelta(seconds=10)
_SECONDS: Final = 8.0
_MAX_BYTES: Final = 256 * 1024
_SIGNATURE_KEYS: Final = frozenset({"RSA", "EC"})


@dataclass(frozen=True, slots=True)
class Metadata:
    """A provider's own description, as far as we use it; checked."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    token_auth_methods: tuple[str, ...] = ("client_secret_basic",)
    must_name_itself: bool = False  # it promises ``iss`` in its answers (RFC 9207)


def problem_with_issuer(issuer: str) -> str:
    """Why this address cannot be a provider's; empty when it can."""
    try:
        check_url(issuer, allow_http=settings.OUTBOUND_ALLOW_LOOPBACK)
    except BadUrl as error:
        return str(error)
    if len(issuer) > 500 or "?" in issuer or not issuer.isascii():
        return _("Write the provider's issuer, like https://login.company.example, without “?”.")
    return ""


def find_metadata(provider: IdentityProvider) -> Metadata:
    """What the provider says about itself, at most an hour old."""
    if provider.metadata is None or _is_older(provider.metadata_at, _METADATA_LASTS):
        found = fetch_metadata(provider.issuer, name=provider.name)
        provider.metadata, provider.metadata_at = found, clock.now()
        IdentityProvider.objects.filter(pk=provider.pk, issuer=provider.issuer).update(
            metadata=provider.metadata, metadata_at=provider.metadata_at
        )
    return read_metadata(provider.metadata, provider.issuer, name=provider.name)


def find_keys(provider: IdentityProvider, metadata: Metadata, *, kid: str = "") -> KeySet:
    """The provider's keys, at most ten minutes old; fetched again when none is called ``kid``."""
    known = read_keys(provider.keys or {})
    is_unknown = bool(kid) and all(key.kid != kid for key in known)
    is_due = provider.keys is None or _is_older(provider.keys_at, _KEYS_LAST)
    if is_due or (is_unknown and _is_older(provider.keys_at, _KEYS_AGAIN_AFTER)):
        found = _get_json(metadata.jwks_uri, name=provider.name, what=_("its keys"))
        provider.keys, provider.keys_at = found, clock.now()
        IdentityProvider.objects.filter(pk=provider.pk, issuer=provider.issuer).update(
            keys=provider.keys, keys_at=provider.keys_at
        )
        known = read_keys(found)
    if not known:
        raise ProviderWrong(provider=provider.name, detail=_("it publishes no key that we can use"))
    return known


def fetch_metadata(issuer: str, *, name: str) -> dict[str, Any]:
    """The document below ``issuer``, unchecked but for being an object."""
    return _get_json(get_well_known_url(issuer, external=True), name=name, what=_("its description"))


def read_metadata(document: Mapping[str, Any], issuer: str, *, name: str) -> Metadata:
    """Checks the document: it must speak for exactly this issuer, and name addresses that we may call."""
    if document.get("issuer") != issuer:
        found = str(document.get("issuer", ""))[:200] or _("nobody")
        raise ProviderWrong(
            provider=name,
            detail=_("its description speaks for %(found)s, not for %(issuer)s") % {"found": found, "issuer": issuer},
        )
    addresses = {}
    for field in ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"):
        address = document.get(field, "")
        if field == "userinfo_endpoint" and not address:
            continue
        if not isinstance(address, str) or not _may_call(address):
            raise ProviderWrong(provider=name, detail=_("its description names no usable %(field)s") % {"field": field})
        addresses[field] = address
    responses = document.get("response_types_supported")
    if isinstance(responses, list) and "code" not in responses:
        raise ProviderWrong(provider=name, detail=_("it does not offer the authorization code flow"))
    methods = document.get("token_endpoint_auth_methods_supported")
    return Metadata(
        issuer=issuer,
        token_auth_methods=tuple(map(str, methods)) if isinstance(methods, list) else ("client_secret_basic",),
        must_name_itself=document.get("authorization_response_iss_parameter_supported") is True,
        **addresses,
    )


def read_keys(document: Mapping[str, Any]) -> KeySet:
    """The keys of a set that can verify signatures; what we do not understand in it is left out."""
    keys = []
    entries = document.get("keys")
    for entry in entries if isinstance(entries, list) else []:
        if not isinstance(entry, dict) or entry.get("kty") not in _SIGNATURE_KEYS or entry.get("use") == "enc":
            continue
        try:
            keys.append(JWKRegistry.import_key(entry))
        except (JoseError, ValueError, TypeError):
            continue
    return KeySet(keys)


def call(name: str, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Answer:
    """One call to the provider, within our caps; raises :class:`ProviderUnreachable` in words."""
    try:
        return fetch(method, url, headers=headers, body=body, max_bytes=_MAX_BYTES, total_seconds=_SECONDS)
    except OutboundError as error:
        raise ProviderUnreachable(provider=name, detail=_why(error)) from error


def read_object(answer: Answer, *, name: str, what: str) -> dict[str, Any]:
    """The JSON object in an answer."""
    try:
        document = json.loads(answer.body)
    except ValueError:  # bad JSON and bad encoding alike
        document = None
    if not isinstance(document, dict):
        raise ProviderUnreachable(provider=name, detail=_("%(what)s could not be read") % {"what": what})
    return document


def _get_json(url: str, *, name: str, what: str) -> dict[str, Any]:
    answer = call(name, "GET", url, headers={"Accept": "application/json"})
    if answer.status != 200:
        raise ProviderUnreachable(
            provider=name,
            detail=_("asked for %(what)s, it answered with status %(status)s")
            % {"what": what, "status": answer.status},
        )
    return read_object(answer, name=name, what=what)


def _may_call(address: str) -> bool:
    try:
        check_url(address, allow_http=settings.OUTBOUND_ALLOW_LOOPBACK)
    except BadUrl:
        return False
    return True


def _is_older(moment: datetime | None, age: timedelta) -> bool:
    return moment is None or clock.now() - moment >= age


def _why(error: OutboundError) -> str:
    match error.kind:
        case FailureKind.TIMEOUT:
            return _("it took longer than %(seconds)d seconds") % {"seconds": _SECONDS}
        case FailureKind.DNS:
            return _("its name has no address")
        case FailureKind.REFUSED_ADDRESS:
            return _("it is at an address that may not be called from here")
        case FailureKind.TLS:
            return _("its certificate is not good")
        case FailureKind.TOO_LARGE:
            return _("its answer is too long")
        case FailureKind.CONNECT:
            return _("nobody answers there")
    return _("what it answered is not HTTP")
