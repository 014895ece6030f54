"""Reads of the identity domain, always scoped to who asks."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final
from uuid import UUID

from django.contrib.auth.tokens import default_token_generator
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from fondaco.accounts.models import Account, Operator, Person, User
from fondaco.accounts.permissions import Permission
from fondaco.accounts.policies import check_can as check_user_can
from fondaco.accounts.policies import check_operator_can
from fondaco.audit.models import Event
from fondaco.catalog.models import App, Version
from fondaco.identity.federation.errors import NoCompanySignIn
from fondaco.identity.models import (
    ClientKind,
    CredentialSet,
    Cutoff,
    IdentityProvider,
    LoginSession,
    OAuthClient,
    PersonalAccessToken,
)
from fondaco.identity.sets import sets_with_cutoff
from fondaco.identity.states import ClientStatus, CredentialStatus, CutoffStatus
from fondaco.kit import clock
from fondaco.kit.errors import NotFound
from fondaco.kit.ids import parse_wire
from fondaco.partners.models import Member
from fondaco.partners.policies import check_can

# Token families whose code was never redeemed: nobody got anything by them.
UNUSED: Final = Q(code__isnull=False, code__used_at__isnull=True)


def list_personal_tokens(person: Person) -> QuerySet[PersonalAccessToken]:
    """A person's own tokens that were not revoked, newest first; those past their end stay until they are."""
    return PersonalAccessToken.objects.filter(person=person, revoked_at=None).order_by("-created_at", "-id")


def get_personal_token(person: Person, token_id: str) -> PersonalAccessToken:
    """One of a person's own tokens, by wire id."""
    found = parse_wire(token_id)
    token = PersonalAccessToken.objects.filter(person=person, pk=found).first() if found else None
    if token is None:
        raise NotFound
    return token


def password_reset_key(person: Person) -> str:
    """What the link carries by which ``person`` sets a new password without the old one.

    It opens for ``PASSWORD_RESET_TIMEOUT`` seconds, until password or address change or they sign in.
    """
    return f"{person.pk.hex}-{default_token_generator.make_token(person)}"


def list_open_sessions(person: Person) -> QuerySet[LoginSession]:
    """Where a person is signed in, last used first."""
    seen = Coalesce("last_seen_at", "started_at")
    return LoginSession.objects.filter(person=person, ended_at=None).annotate(seen_at=seen).order_by("-seen_at", "-pk")


def get_open_session(person: Person, session_id: str) -> LoginSession:
    """One of them, by wire id; anyone else's does not exist."""
    found = parse_wire(session_id)
    session = list_open_sessions(person).filter(pk=found).first() if found else None
    if session is None:
        raise NotFound
    return session


def find_open_session(person: Person, session_id: str) -> LoginSession | None:
    """The person's session with this wire id, unless it has ended."""
    found = parse_wire(session_id)
    return LoginSession.objects.filter(pk=found, person=person, ended_at=None).first() if found else None


def list_cutoffs() -> QuerySet[Cutoff]:
    """Every cut-off in force, newest first. Callers checked that an operator asks."""
    found = Cutoff.objects.filter(status=CutoffStatus.IN_FORCE).order_by("-id")
    return found.select_related(
        "client__account__partner", "client__app__partner", "version__app__partner", "app__partner"
    )


def get_cutoff(cutoff_id: str) -> Cutoff:
    """One cut-off, in force or lifted, by wire id."""
    found = parse_wire(cutoff_id)
    cutoff = Cutoff.objects.filter(pk=found).first() if found else None
    if cutoff is None:
        raise NotFound
    return cutoff


def find_cutoff(version: Version) -> Cutoff | None:
    """What keeps every program of this version out, if anything does."""
    found = Q(version=version) | Q(app=version.app_id)
    return Cutoff.objects.filter(found, status=CutoffStatus.IN_FORCE).order_by("id").first()


def cutoff_words() -> Subquery:
    """For a query of versions: why the platform keeps every program of each out, or None."""
    covers = Q(version=OuterRef("pk")) | Q(app=OuterRef("app_id"))
    found = Cutoff.objects.filter(covers, status=CutoffStatus.IN_FORCE).order_by("id")
    return Subquery(found.values("reason")[:1])


def list_cutoffs_of(apps: Iterable[App]) -> list[Cutoff]:
    """What keeps these apps, or versions of theirs, out of every account, with its version, oldest first."""
    found = Q(app__in=apps) | Q(version__app__in=apps)
    return list(Cutoff.objects.filter(found, status=CutoffStatus.IN_FORCE).select_related("version").order_by("id"))


def find_usable(client_ids: Collection[UUID]) -> set[UUID]:
    """Those of the clients that have credentials which let them in."""
    living = list(sets_with_cutoff().filter(client__in=client_ids).exclude(status=CredentialStatus.REVOKED))
    clock.offsets_of({each.client.account_id for each in living})  # at once, instead of one by one
    return {each.client_id for each in living if each.is_usable}


def list_credentials(client: OAuthClient) -> QuerySet[CredentialSet]:
    """A client's sets, newest first, with whether each still proves it. Callers checked who asks."""
    return sets_with_cutoff().filter(client=client).order_by("-id")


def find_credentials(account: Account, wire_client_id: str) -> CredentialSet | None:
    """The usable credential set with this client id, if it belongs to the account."""
    if parse_wire(wire_client_id) is None:
        return None
    found = sets_with_cutoff().select_related("client__account")
    credentials = found.filter(wire_client_id=wire_client_id, client__account=account).first()
    return credentials if credentials is not None and credentials.is_usable else None


def list_portal_clients(by: Member) -> QuerySet[OAuthClient]:
    """The clients that the partner made for its developer account, by name.

    Each has its ``sets_in_force``, ``last_used_at``, when one of its sets was, or None, and ``cut_off_because``, the
    reason of an operator who keeps it out, or None.
    """
    check_can(by, Permission.PARTNER_CLIENTS_MANAGE)
    return _made_by_hand(ClientKind.PORTAL).filter(account=by.partner.developer_account_id)


def list_operator_clients(by: Operator | None) -> QuerySet[OAuthClient]:
    """The programs of the operator's own, by name, with the same; None asks for whoever runs the machine."""
    if by is not None:
        check_operator_can(by, Permission.OPERATOR_CLIENTS_MANAGE)
    return _made_by_hand(ClientKind.OPERATOR)


def get_operator_client(by: Operator | None, client_id: str) -> OAuthClient:
    """One of them, by our own id."""
    found = parse_wire(client_id)
    client = list_operator_clients(by).filter(pk=found).first() if found else None
    if client is None:
        raise NotFound
    return client


def _made_by_hand(kind: ClientKind) -> QuerySet[OAuthClient]:
    sets = Prefetch("credential_sets", _in_force(CredentialSet.objects.all()), to_attr="sets_in_force")
    used = CredentialSet.objects.filter(client=OuterRef("pk"), last_used_at__isnull=False).order_by("-last_used_at")
    cut_off = Cutoff.objects.filter(client=OuterRef("pk"), status=CutoffStatus.IN_FORCE)
    return (
        OAuthClient.objects.filter(kind=kind)
        .exclude(status=ClientStatus.REVOKED)
        .annotate(
            last_used_at=Subquery(used.values("last_used_at")[:1]),
            cut_off_because=Subquery(cut_off.values("reason")[:1]),
        )
        .select_related("account")
        .prefetch_related(sets)
        .order_by("name", "id")
    )


def get_portal_client(by: Member, client_id: str) -> OAuthClient:
    """One of them, by our own id (not one of its client IDs)."""
    found = parse_wire(client_id)
    client = list_portal_clients(by).filter(pk=found).first() if found else None
    if client is None:
        raise NotFound
    return client


def list_sets_in_force(client: OAuthClient) -> QuerySet[CredentialSet]:
    """The client's sets that work now, newest first: the current one, then those in their overlap."""
    return _in_force(client.credential_sets.all())


def get_current_set(client: OAuthClient) -> CredentialSet:
    """The set that no newer one replaces."""
    credentials = list_sets_in_force(client).filter(expires_at=None).first()
    if credentials is None:
        raise NotFound
    return credentials


def list_client_history(client: OAuthClient, *, limit: int = 50) -> list[Event]:
    """What happened to a client and its sets, newest first. Whoever passes the client was let in to it."""
    sets = [pk.hex for pk in client.credential_sets.values_list("pk", flat=True)]
    of_client = Q(subject_type="oauthclient", subject_id=client.pk.hex)
    of_sets = Q(subject_type="credentialset", subject_id__in=sets)
    return list(Event.objects.filter(of_client | of_sets).order_by("-id")[:limit])


def _in_force(sets: QuerySet[CredentialSet]) -> QuerySet[CredentialSet]:
    living = sets.exclude(status=CredentialStatus.REVOKED)
    return living.filter(Q(expires_at=None) | Q(expires_at__gt=clock.now())).order_by("-created_at", "-id")


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
    check_user_can(by, Permission.SIGN_IN_MANAGE)
    providers = IdentityProvider.objects.select_related("account", "default_role")
    return providers.prefetch_related("role_mappings__role").filter(account_id=by.account_id).first()


def list_sign_in_events(by: User) -> QuerySet[Event]:
    """What happened to the account's own sign-in, and whom it failed; newest first."""
    check_user_can(by, Permission.SIGN_IN_MANAGE)
    kinds = ("identity_provider.", "federated_")
    found = Event.objects.filter(account_id=by.account_id)
    return found.filter(Q(kind__startswith=kinds[0]) | Q(kind__startswith=kinds[1])).order_by("-id")
