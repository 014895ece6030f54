"""Reads of the identity domain, always scoped to who asks."""

from __future__ import annotations

from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from fondaco.accounts.models import Account, Person
from fondaco.identity.models import CredentialSet, LoginSession, PersonalAccessToken
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
