"""Who a browser's session belongs to, read once for each request, in one query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any, Final
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL

from fondaco.accounts.models import Operator, Person
from fondaco.identity.factors import RECOVERY_CODES
from fondaco.identity.models import LoginSession
from fondaco.kit import clock
from fondaco.kit.written_once import write_once
from fondaco.partners.models import Member, MemberRole

SEEN_IS_NOTED_EVERY: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """An open session and its person, with what decides whether more than a password is asked of them."""

    session: LoginSession
    has_factor: bool
    must_have_factor: bool

    @property
    def person(self) -> Person:
        """Who is signed in, with their post on the staff, if any."""
        return self.session.person


def find_signed_in(*, session_id: UUID, person_id: UUID) -> SignedIn | None:
    """The open session of this person with this id; None once it has ended, or they have left."""
    open_sessions = _sessions().annotate(**_what_is_held()).filter(ended_at=None, person__is_active=True)
    session: Any = open_sessions.filter(pk=session_id, person=person_id).first()
    if session is None:
        return None
    operator: Operator | None = getattr(session.person, "operator", None)
    holds_much = session.is_owner or (operator is not None and operator.is_active)
    # A session that only a company's provider opened reaches neither backoffice nor portal, nor where factors are made.
    must_have_factor = holds_much and settings.REQUIRE_SECOND_FACTOR and not session.is_bound
    return SignedIn(session, session.has_factor, must_have_factor)


def _sessions() -> QuerySet[LoginSession]:
    return LoginSession.objects.select_related("person__operator")


@cache
def _what_is_held() -> dict[str, RawSQL]:
    factors = Authenticator.objects.filter(user=OuterRef("person")).exclude(type=RECOVERY_CODES)
    ownerships = Member.objects.filter(person=OuterRef("person"), is_active=True, role=MemberRole.OWNER)
    return write_once(_sessions(), {"has_factor": Exists(factors), "is_owner": Exists(ownerships)})


def note_seen(session: LoginSession) -> None:
    """Remembers that the session is in use, at most every five minutes, so that pages seldom write."""
    now = clock.now()
    due = now - SEEN_IS_NOTED_EVERY
    if (session.last_seen_at or session.started_at) <= due:
        stale = Q(last_seen_at=None) | Q(last_seen_at__lte=due)
        LoginSession.objects.filter(stale, pk=session.pk).update(last_seen_at=now)
