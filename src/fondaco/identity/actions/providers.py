"""An account's own sign-in: setting it up, switching it on and off, removing it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from fondaco.accounts.models import Account, Role, User
from fondaco.accounts.permissions import Permission
from fondaco.accounts.policies import check_can_now, check_may_give
from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.identity import events
from fondaco.identity.actions.login_sessions import end_bound_sessions
from fondaco.identity.federation.discovery import problem_with_issuer
from fondaco.identity.federation.errors import ProviderChanged
from fondaco.identity.models import IdentityProvider, RoleMapping
from fondaco.identity.models.federation import EVERYTHING
from fondaco.kit.errors import Invalid, NotFound

MOST_MAPPINGS: Final = 50
_MOST_DOMAINS: Final = 50
_DOMAIN: Final = re.compile(r"(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")


@dataclass(frozen=True, slots=True)
class ProviderEntries:
    """What is set up. ``client_secret`` None keeps the one there is, empty means a client without one.

    ``mappings`` are pairs of a value of ``role_claim`` and the role that it gives, the first that fits counts.
    """

    name: str
    issuer: str
    client_id: str
    default_role: Role
    client_secret: str | None = field(default=None, repr=False)
    allowed_domains: Sequence[str] = ()
    role_claim: str = ""
    mappings: Sequence[tuple[str, Role]] = ()
    is_required: bool = False


def save_provider(*, actor: Actor, by: User, revision: int, entries: ProviderEntries) -> IdentityProvider:
    """Sets up or changes the sign-in of the account of ``by``; ``revision`` is the one read, 0 for the first.

    Nobody can let it give a role that allows more than their own. Another issuer needs its secret said anew, so that
    the old one is never shown to a stranger, and whom the former one knew is not known to it.
    """
    with transaction.atomic(durable=True):
        check_can_now(by, Permission.SIGN_IN_MANAGE)
        provider = IdentityProvider.objects.select_for_update().filter(account_id=by.account_id).first()
        if (provider.revision if provider else 0) != revision:
            raise ProviderChanged
        clean = _check(by, entries, provider)
        for role in {entries.default_role, *(role for _value, role in entries.mappings)}:
            check_may_give(by, role.granted)
        if provider is None:
            provider = IdentityProvider(account=Account.objects.get(pk=by.account_id))
        is_other = provider.issuer != clean.issuer
        provider.name, provider.issuer, provider.client_id = clean.name, clean.issuer, clean.client_id
        if clean.client_secret is not None:
            provider.client_secret = clean.client_secret.encode() or None
        provider.allowed_domains, provider.role_claim = list(clean.allowed_domains), clean.role_claim
        provider.default_role, provider.is_required = clean.default_role, clean.is_required
        provider.vouches_for = [EVERYTHING] if by.role.is_admin else sorted(one.value for one in by.permissions)
        provider.revision = revision + 1
        if is_other:
            provider.metadata = provider.metadata_at = provider.keys = provider.keys_at = None
        provider.save()
        provider.role_mappings.all().delete()
        RoleMapping.objects.bulk_create(
            RoleMapping(provider=provider, position=position, value=value, role=role)
            for position, (value, role) in enumerate(clean.mappings)
        )
        _record_saved(actor, provider, clean)
        if is_other:
            end_bound_sessions(actor=actor, account_id=provider.account_id)
    return provider


def switch_provider(*, actor: Actor, by: User, is_enabled: bool) -> IdentityProvider:
    """Opens or closes the way in. Closing it signs out whoever came that way and no other. Twice is once."""
    with transaction.atomic(durable=True):
        provider = _own(by)
        if provider.is_enabled == is_enabled:
            return provider
        if is_enabled:
            for role in {provider.default_role, *(one.role for one in provider.role_mappings.select_related("role"))}:
                check_may_give(by, role.granted)
        provider.is_enabled = is_enabled
        provider.save(update_fields=["is_enabled"])
        kind = events.PROVIDER_ENABLED if is_enabled else events.PROVIDER_DISABLED
        record(kind, provider, actor=actor, account_id=provider.account_id, data={"name": provider.name})
        if not is_enabled:
            end_bound_sessions(actor=actor, account_id=provider.account_id)
    return provider


def remove_provider(*, actor: Actor, by: User) -> None:
    """Forgets the provider and whom it knew; the people stay, and sign in with a password."""
    with transaction.atomic(durable=True):
        provider = _own(by)
        record(
            events.PROVIDER_REMOVED,
            provider,
            actor=actor,
            account_id=provider.account_id,
            data={"name": provider.name, "issuer": provider.issuer},
        )
        end_bound_sessions(actor=actor, account_id=provider.account_id)
        provider.delete()


def _own(by: User) -> IdentityProvider:
    check_can_now(by, Permission.SIGN_IN_MANAGE)
    provider = (
        IdentityProvider.objects.select_for_update(of=("self",))
        .select_related("default_role", "account")
        .filter(account_id=by.account_id)
        .first()
    )
    if provider is None:
        raise NotFound
    return provider


def _record_saved(actor: Actor, provider: IdentityProvider, clean: ProviderEntries) -> None:
    record(
        events.PROVIDER_SAVED,
        provider,
        actor=actor,
        account_id=provider.account_id,
        data={
            "name": provider.name,
            "issuer": provider.issuer,
            "client_id": provider.client_id,
            "is_secret_new": clean.client_secret is not None,
            "allowed_domains": provider.allowed_domains,
            "default_role": provider.default_role.name,
            "role_claim": provider.role_claim,
            "mappings": [[value, role.name] for value, role in clean.mappings],
            "is_required": provider.is_required,
        },
    )


def _check(by: User, entries: ProviderEntries, provider: IdentityProvider | None) -> ProviderEntries:
    problems: dict[str, list[str]] = {}
    name, issuer, client_id = entries.name.strip(), entries.issuer.strip(), entries.client_id.strip()
    if not 1 <= len(name) <= 60 or not name.isprintable():
        problems["name"] = [_("Write a name of 1 to 60 characters, as your people call it.")]
    if problem := problem_with_issuer(issuer):
        problems["issuer"] = [problem]
    if not 1 <= len(client_id) <= 255 or not (client_id.isascii() and client_id.isprintable()):
        problems["client_id"] = [_("Copy the client ID from the provider.")]
    secret = entries.client_secret
    if secret is not None and not (secret.isascii() and secret.isprintable() and len(secret) <= 1000):
        problems["client_secret"] = [_("Copy the client secret from the provider.")]
    is_other = provider is not None and provider.issuer != issuer and "issuer" not in problems
    if secret is None and is_other and provider is not None and provider.client_secret:
        problems["client_secret"] = [_("This is another provider, so it needs its own secret.")]
    domains = [one.strip().lower().removeprefix("@") for one in entries.allowed_domains if one.strip()]
    if len(domains) > _MOST_DOMAINS or not all(_DOMAIN.fullmatch(one) for one in domains):
        problems["allowed_domains"] = [_("Write at most 50 domains like company.example, separated by spaces.")]
    claim = entries.role_claim.strip()
    if len(claim) > 100 or not claim.isprintable():
        problems["role_claim"] = [_("Write the name of one claim, like groups.")]
    mappings = [(value.strip(), role) for value, role in entries.mappings]
    problems |= _check_mappings(claim, mappings)
    if problems:
        raise Invalid(fields=problems)
    _check_roles(by, [entries.default_role, *(role for _value, role in mappings)])
    return ProviderEntries(
        name=name,
        issuer=issuer,
        client_id=client_id,
        client_secret=secret,
        default_role=entries.default_role,
        allowed_domains=list(dict.fromkeys(domains)),
        role_claim=claim,
        mappings=mappings,
        is_required=entries.is_required,
    )


def _check_mappings(claim: str, mappings: Sequence[tuple[str, Role]]) -> dict[str, list[str]]:
    values = [value for value, _role in mappings]
    if len(values) > MOST_MAPPINGS or not all(1 <= len(one) <= 200 and one.isprintable() for one in values):
        return {"mappings": [_("Use at most 50 lines, each with a value of 1 to 200 characters.")]}
    if len(set(values)) != len(values):
        return {"mappings": [_("Each value can give one role only.")]}
    if values and not claim:
        return {"role_claim": [_("Name the claim that these values are in, like groups.")]}
    return {}


def _check_roles(by: User, roles: Iterable[Role]) -> None:
    if any(role.account_id != by.account_id for role in roles):
        raise NotFound
