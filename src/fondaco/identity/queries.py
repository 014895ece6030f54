"""Reads of the identity domain, always scoped to who asks."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from fondaco.accounts.models import Account, Person, User
from fondaco.accounts.permissions import Permission
from fondaco.accounts.policies import check_can
from fondaco.audit.models import Event
from fondaco.identity.federation.errors import NoCompanySignIn
from fondaco.identity.models import CredentialSet, IdentityProvider, LoginSession, PersonalAccessToken
from fondaco.kit.errors import NotFound
from fondaco.kit.ids import parse_wire


def list_personal_tokens(person: Person) -> QuerySet[PersonalAccessToken]:
    """A person's own tokens that still count, newest first."""
    return PersonalAccessToken.objects.filter(person=person, revoked_at=None).order_by("-created_at")


def get_personal_token(person: Person, token_id: str) -> PersonalAccessToken:
    """One of a person's own tokens, by wire id."""
    found = parse_wire(token_id)
    token = PersonalAccessToken.objects.filter(person=person, pk=found).first() if found else None
    if token is None:
        raise NotFound
    return token


def find_open_session(person: Person, session_id: str) -> LoginSession | None:
    """The person's session with this wire id, unless it has ended."""
    found = parse_wire(session_id)
    return LoginSession.objects.filter(pk=found, person=person, ended_at=None).first() if found else None


def find_credentials(account: Account, wire_client_id: str) -> CredentialSet | None:
    """The usable credential set with this client id, if it belongs to the account."""
    if parse_wire(wire_client_id) is None:
        return None
    credentials = (
        CredentialSet.objects.select_related("client__account")
        .filter(wire_client_id=wire_client_id, client__account=account)
        .first()
    )
    return credentials if credentials is not None and credentials.is_usable else None


def with_demands(users: QuerySet[User]) -> QuerySet[User]:
    """Seats with ``must_federate``: whether the account wants its people to come through its own provider.

    Administrators are exempt, so that a provider which is broken locks nobody out; their role says so.
    """
    demanding = IdentityProvider.objects.filter(account=OuterRef("account_id"), is_enabled=True, is_required=True)
    return users.annotate(must_federate=Exists(demanding))


def find_company_sign_in(name: str) -> IdentityProvider:
    """The open way in of the account called ``name``; that there is none says nothing about the account."""
    providers = IdentityProvider.objects.select_related("account", "default_role")
    provider = providers.filter(account__name=name.strip().lower(), is_enabled=True).first()
    if provider is None:
        raise NoCompanySignIn(name=name[:60])
    return provider


def find_provider(by: User) -> IdentityProvider | None:
    """The sign-in of one's own account, for who may decide about it."""
    check_can(by, Permission.SIGN_IN_MANAGE)
    providers = IdentityProvider.objects.select_related("account", "default_role")
    return providers.prefetch_related("role_mappings__role").filter(account_id=by.account_id).first()


def list_sign_in_events(by: User) -> QuerySet[Event]:
    """What happened to the account's own sign-in, and whom it failed; newest first."""
    check_can(by, Permission.SIGN_IN_MANAGE)
    kinds = ("identity_provider.", "federated_")
    found = Event.objects.filter(account_id=by.account_id)
    return found.filter(Q(kind__startswith=kinds[0]) | Q(kind__startswith=kinds[1])).order_by("-id")
