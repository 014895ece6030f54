"""Tries to prove who one is: counted before they are made, forgiven when they succeed, slowed when they fail.

Each try is counted three times: for what is tried from here, for here alone, and for what is tried from anywhere. The
last one spares the places that the person is known from, so that a stranger can slow down strangers only, and never
keep the owner out for good.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from fondaco.accounts.models import Person
from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.identity import events
from fondaco.identity.errors import TooManyTries, WrongPassword
from fondaco.identity.models import FailedTries, LoginSession
from fondaco.kit import clock, crypto


@dataclass(frozen=True, slots=True)
class Limit:
    """``free`` failures cost nothing; each one after that doubles the wait. A quiet time of ``memory`` forgets all."""

    name: str
    free: int
    first: timedelta
    longest: timedelta
    memory: timedelta

    def pause(self, failures: int) -> timedelta:
        """How long to wait after so many failures."""
        if failures < self.free:
            return timedelta(0)
        doubled: int = 2 ** min(failures - self.free, 20)
        return min(self.first * doubled, self.longest)


HERE: Final = Limit("here", 5, timedelta(minutes=1), timedelta(hours=1), timedelta(hours=24))
ADDRESS: Final = Limit("address", 50, timedelta(minutes=1), timedelta(minutes=15), timedelta(hours=1))
ANYWHERE: Final = Limit("anywhere", 50, timedelta(minutes=1), timedelta(minutes=15), timedelta(hours=24))
_ALL: Final = (HERE, ADDRESS, ANYWHERE)


@dataclass(frozen=True, slots=True)
class Try:
    """One try. ``what`` is ``password`` or ``code``; ``who`` an e-mail address or a person's id, known or not."""

    what: str
    who: str
    address: str

    def key(self, limit: Limit) -> str:
        """What the counter of a limit is found by."""
        parts = {
            HERE: (self.what, self.who, self.address),
            ADDRESS: (self.what, "", self.address),
            ANYWHERE: (self.what, self.who, ""),
        }[limit]
        return crypto.keyed_hash("\0".join((limit.name, *parts)))


def begin_try(*, attempt: Try, person: Person | None) -> None:
    """Counts a try as failed until it is known to be more; raises :class:`TooManyTries` while it must wait.

    Counting first means that a hundred tries at once are a hundred, and not the one that all of them saw.
    """
    now = clock.now()
    with transaction.atomic(durable=True):
        rows = list(_lock(attempt, now))
        for limit, row in rows:
            is_spared = limit is ANYWHERE and _is_known(person, attempt.address)
            if row.paused_until is not None and row.paused_until > now and not is_spared:
                raise TooManyTries(row.paused_until - now)
        for limit, row in rows:
            row.failures += 1
            row.last_at, row.expires_at = now, now + limit.memory
            pause = limit.pause(row.failures)
            row.paused_until = now + pause if pause else None
            row.save()


def note_failure(*, actor: Actor, attempt: Try, person: Person | None) -> None:
    """The try that began has failed; the person is told once when waiting begins."""
    with transaction.atomic(durable=True):
        row = FailedTries.objects.select_for_update().filter(pk=attempt.key(HERE)).first()
        if row is None or person is None or row.failures != HERE.free:
            return
        record(
            events.SIGN_IN_PAUSED,
            person,
            actor=actor,
            data={"what": attempt.what, "address": attempt.address, "failures": row.failures},
        )


def forgive_tries(*, attempt: Try) -> None:
    """The try that began has succeeded: it counts nowhere, and what failed here before is forgotten."""
    with transaction.atomic(durable=True):
        for limit, row in _lock(attempt, clock.now()):
            row.failures = 0 if limit is HERE else max(0, row.failures - 1)
            if row.failures == 0:
                row.delete()
                continue
            if row.failures < limit.free:
                row.paused_until = None
            row.save()


def check_password(*, actor: Actor, person: Person, password: str) -> None:
    """Asks someone who is known for their password again; raises :class:`WrongPassword`, and counts like a sign-in."""
    attempt = Try("password", person.email, actor.address)
    begin_try(attempt=attempt, person=person)
    if not person.check_password(password):
        note_failure(actor=actor, attempt=attempt, person=person)
        raise WrongPassword(fields={"password": [str(WrongPassword.message)]})
    forgive_tries(attempt=attempt)


def _lock(attempt: Try, now: datetime) -> Iterable[tuple[Limit, FailedTries]]:
    """The three counters, locked in the same order by everybody; one that is past its memory begins anew."""
    for limit in _ALL:
        row, _is_new = FailedTries.objects.select_for_update().get_or_create(
            pk=attempt.key(limit), defaults={"last_at": now, "expires_at": now + limit.memory}
        )
        if row.expires_at <= now:
            row.failures, row.paused_until = 0, None
        yield limit, row


def _is_known(person: Person | None, address: str) -> bool:
    return person is not None and LoginSession.objects.filter(person=person, address=address).exists()
