"""A person's time signed in to the platform. Its id is the ``sid`` of the tokens that apps get meanwhile."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from fondaco.accounts.models import Person
from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.identity import events
from fondaco.identity.models import LoginSession, TokenFamily
from fondaco.kit import clock


def start_login_session(
    *, actor: Actor, person: Person, address: str = "", device: str = "", bound_to: str = ""
) -> LoginSession:
    """Opens a session; ``address`` and ``device`` are what the person recognises it by.

    ``bound_to`` is the account whose own provider vouched for the person: the session opens nothing else.
    """
    with transaction.atomic(durable=True):
        session = LoginSession.objects.create(
            person=person,
            address=address[:45],
            device=device[:200],
            federated_account_id=bound_to or None,
            is_bound=bool(bound_to),
        )
        record(events.SIGNED_IN, session, actor=actor, account_id=bound_to, data={"person": person.pk.hex})
    return session


def note_federation(*, session: LoginSession, account_id: str) -> None:
    """A session opened by password was vouched for by an account's provider, too. Nothing that opens is closed."""
    LoginSession.objects.filter(pk=session.pk, ended_at=None).update(federated_account=account_id)


def end_bound_sessions(*, actor: Actor, account_id: str, person: Person | None = None) -> None:
    """Ends the sessions that only this account's provider opened; of one person or of all. A step."""
    sessions = LoginSession.objects.select_for_update().filter(
        federated_account=account_id, is_bound=True, ended_at=None
    )
    for session in sessions.filter(person=person) if person else sessions:
        end_session(actor=actor, session=session)


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
