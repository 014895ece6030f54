"""A person's time signed in to the platform. Its id is the ``sid`` of the tokens that apps get meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Coalesce

from fondaco.accounts.models import Person
from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.identity import events, factors
from fondaco.identity.models import LoginSession, TokenFamily
from fondaco.kit import clock

UNSEEN_FOR: Final = timedelta(days=14)  # the age of the cookie (settings.SESSION_COOKIE_AGE)
_AT_ONCE: Final = 500


def start_login_session(
    *, actor: Actor, person: Person, address: str = "", device: str = "", browser: str = ""
) -> LoginSession:
    """Opens a session; ``address`` and ``device`` are what the person recognises it by.

    ``browser`` is what their browser shows to be known again. A browser that the person has not been seen in before
    is told them by mail, unless it is their very first.
    """
    browser_hash = factors.browser_hash(browser)
    with transaction.atomic(durable=True):
        earlier = LoginSession.objects.filter(person=person)
        is_new = bool(browser_hash) and earlier.exists() and not earlier.filter(browser_hash=browser_hash).exists()
        session = LoginSession.objects.create(
            person=person, address=address[:45], device=device[:200], browser_hash=browser_hash
        )
        data: dict[str, Any] = {"person": person.pk.hex} | ({"is_new_browser": True} if is_new else {})
        record(events.SIGNED_IN, session, actor=actor, data=data)
    return session


def change_password(*, actor: Actor, person: Person, password: str, keep: UUID | None = None) -> None:
    """Sets a new password and ends every session but ``keep`` with everything that apps got in them."""
    with transaction.atomic(durable=True):
        person.set_password(password)
        person.save(update_fields=["password"])
        end_all_sessions(actor=actor, person=person, keep=keep)
        record(events.PASSWORD_CHANGED, person, actor=actor)


def end_login_session(*, actor: Actor, session_id: UUID) -> bool:
    """Ends a session and every token that apps got in it; False when it was over, or never was."""
    with transaction.atomic(durable=True):
        session = LoginSession.objects.select_for_update().filter(pk=session_id, ended_at=None).first()
        if session is None:
            return False
        end_session(actor=actor, session=session)
    return True


def end_other_sessions(*, actor: Actor, person: Person, keep: UUID | None = None) -> None:
    """Ends every session of a person but ``keep``: whoever was let in by an old password is out, in apps too."""
    with transaction.atomic(durable=True):
        end_all_sessions(actor=actor, person=person, keep=keep)


def end_all_sessions(*, actor: Actor, person: Person, keep: UUID | None = None) -> None:
    """The same as a step."""
    for session in LoginSession.objects.select_for_update().filter(person=person, ended_at=None):
        if session.pk != keep:
            end_session(actor=actor, session=session)


def end_session(*, actor: Actor, session: LoginSession) -> None:
    """The same for a session that is open and locked. A step."""
    session.ended_at = clock.now()
    session.save(update_fields=["ended_at"])
    TokenFamily.objects.filter(login_session=session, ended_at=None).update(ended_at=session.ended_at)
    record(events.SIGNED_OUT, session, actor=actor, data={"person": session.person_id.hex})


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
