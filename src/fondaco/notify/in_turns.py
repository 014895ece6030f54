"""Mails to everybody who has something installed: some hundred at a time, so that none of it is one huge commit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from fondaco.installs.models import Installation
from fondaco.kit import jobs
from fondaco.notify.letters import Mail

_AT_ONCE: Final = 200


def queue_in_turns(
    mail: Mail,
    find: Callable[..., QuerySet[Installation]],
    following: jobs.Task[..., Any],
    *,
    after: str,
    **subject: str,
) -> None:
    """Queues ``mail`` about the next installations of ``find(after=…)``, and the job ``following`` for those behind.

    ``after`` is the wire id of the last one that was told, empty at first; ``subject`` goes along to the job.
    """
    with transaction.atomic(durable=True):
        told = list(find(after=UUID(after) if after else None)[:_AT_ONCE])
        for installation in told:
            mail.queue(installation.pk)
        if len(told) == _AT_ONCE:
            jobs.defer(following, after=told[-1].pk.hex, **subject)
