"""Asking twice for one thing: a request with a key is carried out once, and a repetition gets the first answer again.

A try that is under way holds an advisory lock of the database, which a killed process loses at once, so no key is ever
stuck. The answer is written after the request was carried out: a process that dies between the two leaves no answer,
and the repetition meets the domain's own rules instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from django.db import OperationalError, connection
from django.utils.translation import gettext_lazy as _

from fondaco.kit import clock
from fondaco.kit.errors import Conflict, DomainError, Invalid
from fondaco.kit.models import IdempotentAnswer

KEPT: Final = timedelta(hours=24)
_PATIENCE: Final = "10s"
_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")


class KeyMalformed(DomainError):
    code = "idempotency-key-malformed"
    message = _("An Idempotency-Key has 1 to 255 visible ASCII characters. Nothing was done. Send another key.")


class KeyInUse(Conflict):
    code = "idempotency-key-in-use"
    message = _(
        "The first request with this Idempotency-Key is still under way. Nothing was done a second time. "
        "Repeat it in a moment to get its answer."
    )


class KeyReused(Invalid):
    code = "idempotency-key-reused"
    message = _(
        "This Idempotency-Key was used for another request. Nothing was done. "
        "Use a new key for each thing that you want done."
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back over the wire; ``is_replay`` says that nothing was done for it this time, but ``answered_at``."""

    status: int
    content_type: str
    body: bytes
    is_replay: bool = False
    answered_at: datetime | None = None

    @property
    def is_final(self) -> bool:
        """A fault of ours, and "too often", may turn out otherwise the next time."""
        return self.status < 500 and self.status != 429


def answer_once(
    *, caller: str, key: str, request: bytes, produce: Callable[[], Answer], is_patient: bool = False
) -> Answer:
    """Carries ``produce`` out, or answers as before when ``caller`` used ``key`` within the last day.

    ``request`` is everything that makes two requests the same. Raises :class:`KeyMalformed`, :class:`KeyInUse` or
    :class:`KeyReused`; a patient caller waits for a first try that is under way, as a page must whose button was
    pressed twice. Call it outside a transaction, so that what ``produce`` does is committed before the answer is.
    """
    if not _KEY.fullmatch(key):
        raise KeyMalformed
    key_hash, request_hash = _hash(f"{caller}\n{key}".encode()), _hash(request)
    with _only_one(key_hash, is_patient=is_patient):
        known = IdempotentAnswer.objects.filter(pk=key_hash, created_at__gt=clock.now() - KEPT).first()
        if known is not None:
            if known.request_hash != request_hash:
                raise KeyReused
            return Answer(known.status, known.content_type, known.body or b"", True, known.created_at)
        answer = produce()
        if answer.is_final:
            IdempotentAnswer.objects.update_or_create(
                key_hash=key_hash,
                defaults={
                    "request_hash": request_hash,
                    "status": answer.status,
                    "content_type": answer.content_type,
                    "body": answer.body,
                    "created_at": clock.now(),
                },
            )
        return answer


def forget_old() -> int:
    """Deletes the answers that are no longer given; returns how many."""
    return IdempotentAnswer.objects.filter(created_at__lte=clock.now() - KEPT).delete()[0]


@contextmanager
def _only_one(key_hash: str, *, is_patient: bool) -> Iterator[None]:
    number = int.from_bytes(bytes.fromhex(key_hash)[:8], signed=True)
    if is_patient:
        _wait_for(number)
    else:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
            if not cursor.fetchone()[0]:
                raise KeyInUse
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [number])


def _wait_for(number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [_PATIENCE])
        try:
            cursor.execute("SELECT pg_advisory_lock(%s)", [number])
        except OperationalError:  # LockNotAvailable
            raise KeyInUse from None
        finally:
            cursor.execute("RESET lock_timeout")


def _hash(content: bytes) -> str:
    return sha256(content).hexdigest()
