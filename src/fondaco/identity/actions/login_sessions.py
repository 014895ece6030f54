"""A person's time signed in to the platform. Its id is the ``sid`` of the tokens that apps get meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Coalesce

from fondaco.accounts.actions import forget_email_change
from fondaco.accounts.models import Operator, Person, User
from fondaco.audit.actor import Actor
from fondaco.audit.recording import Fact, record, record_all
from fondaco.identity import events, factors
from fondaco.identity.models import LoginSession, TokenFamily
from fondaco.kit import clock
from fondaco.partners.models import Member

UNSEEN_FOR: Final = timedelta(days=14)  # the age of the cookie (settings.SESSION_COOKIE_AGE)
_AT_ONCE: Final = 500


def start_login_session(
    *,
    actor: Actor,
    person: Person,
    address: str = "",
    device: str = "",
    browser: str = "",
    bound_to: str = "",
) -> LoginSession:
    """Opens a session; ``address`` and ``device`` are what the person recognises it by.

    ``browser`` is what their browser shows to be known again. A browser that the person has not been seen in before
    is told them by mail, unless it is their very first. ``bound_to`` is the account whose own provider vouched for the
    person: the session opens nothing else.
    """
    browser_hash = factors.browser_hash(browser)
    with transaction.atomic(durable=True):
        earlier = LoginSession.objects.filter(person=person)
        is_new = bool(browser_hash) and earlier.exists() and not earlier.filter(browser_hash=browser_hash).exists()
        session = LoginSession.objects.create(
            person=person,
            address=address[:45],
            device=device[:200],
            browser_hash=browser_hash,
            federated_account_id=bound_to or None,
            is_bound=bool(bound_to),
        )
        data: dict[str, Any] = {"person": person.pk.hex} | ({"is_new_browser": True} if is_new else {})
        record(events.SIGNED_IN, session, actor=actor, account_id=bound_to, data=data)
    return session


def note_federation(*, session: LoginSession, account_id: str) -> None:
    """A session opened by password was vouched for by an account's provider, too. Nothing that opens is closed."""
    LoginSession.objects.filter(pk=session.pk, ended_at=None).update(federated_account=account_id)


def end_bound_sessions(*, actor: Actor, account_id: str, person: Person | None = None) -> int:
    """Ends the sessions that only this account's provider opened; of one person or of all. A step."""
    sessions = LoginSession.objects.filter(federated_account=account_id, is_bound=True)
    return end_sessions(actor=actor, sessions=sessions.filter(person=person) if person else sessions)


def change_password(*, actor: Actor, person: Person, password: str, keep: UUID | None = None) -> None:
    """Sets a new password and ends every session but ``keep`` with everything that apps got in them.

    A change of address that waits is taken back: whoever knew the old password may have asked for it, and would take
    the login over with the link that was mailed to them.
    """
    with transaction.atomic(durable=True):
        person.set_password(password)
        person.save(update_fields=["password"])
        forget_email_change(actor=actor, person=person)
        end_all_sessions(actor=actor, person=person, keep=keep)
        record(events.PASSWORD_CHANGED, person, actor=actor)


def end_login_session(*, actor: Actor, session_id: UUID) -> bool:
    """Ends a session and every token that apps got in it; False when it was over, or never was."""
    with transaction.atomic(durable=True):
        return end_sessions(actor=actor, sessions=LoginSession.objects.filter(pk=session_id)) == 1


def end_other_sessions(*, actor: Actor, person: Person, keep: UUID | None = None) -> None:
    """Ends every session of a person but ``keep``: whoever was let in by an old password is out, in apps too."""
    with transaction.atomic(durable=True):
        end_all_sessions(actor=actor, person=person, keep=keep)


def end_user_session(*, actor: Actor, user: User) -> None:
    """Signs a user out at the wish of a program of their account (DOMAIN 3.7). Who is not signed in stays so.

    Whoever works in this account only is signed out of the platform. Others are signed out of this account's apps and
    stay signed in: no account reaches into another.
    """
    with transaction.atomic(durable=True):
        if has_place(user.person, besides=user):
            sign_out_user(actor=actor, user=user)
        else:
            end_all_sessions(actor=actor, person=user.person)


def end_all_sessions(*, actor: Actor, person: Person, keep: UUID | None = None) -> int:
    """Ends every open session of a person but ``keep``, and says how many. A step."""
    sessions = LoginSession.objects.filter(person=person)
    return end_sessions(actor=actor, sessions=sessions.exclude(pk=keep) if keep else sessions)


def end_sessions(*, actor: Actor, sessions: QuerySet[LoginSession]) -> int:
    """Ends those of ``sessions`` that are open, and says how many. A step, and the one door: however a session ends,
    it is here that its tokens die and that ``login_session.ended`` is recorded, from which apps are told.
    """
    ending = list(sessions.filter(ended_at=None).select_for_update(of=("self",)).order_by("pk"))
    if not ending:
        return 0
    keys, now = [session.pk for session in ending], clock.now()
    for session in ending:
        session.ended_at = now
    LoginSession.objects.filter(pk__in=keys).update(ended_at=now)
    TokenFamily.objects.filter(login_session__in=keys, ended_at=None).update(ended_at=now)
    facts = [Fact(session, data={"person": session.person_id.hex}) for session in ending]
    record_all(events.SIGNED_OUT, facts, actor=actor)
    return len(ending)


def sign_out_user(*, actor: Actor, user: User) -> bool:
    """Signs a user out of the apps of their account; the platform stays open to them for their other places. A step.

    False when they were not signed in at all, so that there was nothing to tell anyone.
    """
    TokenFamily.objects.filter(user=user, ended_at=None).update(ended_at=clock.now())
    if not LoginSession.objects.filter(person=user.person_id, ended_at=None).exists():
        return False
    record(events.USER_SIGNED_OUT, user, actor=actor, account_id=user.account_id)
    return True


def has_place(person: Person, *, besides: User | None = None) -> bool:
    """Whether anything on the platform is open to a person: a seat, a partner or the backoffice; ``besides`` is not
    counted."""
    seats = User.objects.filter(person=person, is_active=True).exclude(pk=besides.pk if besides else None)
    return (
        seats.exists()
        or Member.objects.filter(person=person, is_active=True).exists()
        or Operator.objects.filter(person=person, is_active=True).exists()
    )


def end_forgotten_sessions(*, actor: Actor) -> int:
    """Ends sessions whose cookie is too old to be shown again and in which no app holds anything; returns how many."""
    now = clock.now()
    held = TokenFamily.objects.filter(login_session=OuterRef("pk"), ended_at=None, expires_at__gt=now)
    forgotten = (
        LoginSession.objects.annotate(seen=Coalesce("last_seen_at", "started_at"))
        .filter(~Exists(held), ended_at=None, seen__lt=now - UNSEEN_FOR)
        .values_list("pk", flat=True)
    )
    return sum(end_login_session(actor=actor, session_id=pk) for pk in list(forgotten[:_AT_ONCE]))
