"""What identity does by the clock."""

from __future__ import annotations

from procrastinate.contrib.django import app

from fondaco.audit.actor import Actor
from fondaco.identity import signing_keys
from fondaco.identity.actions import end_forgotten_sessions
from fondaco.identity.models import FailedTries, RefreshToken, RevokedToken, SpentAssertion, TokenFamily
from fondaco.kit import clock

_EXPIRING = (SpentAssertion, RevokedToken, RefreshToken, TokenFamily, FailedTries)


@app.periodic(cron="23 * * * *")
@app.task(name="identity.tidy", queueing_lock="identity.tidy")
def tidy(timestamp: int) -> None:
    """Each hour: makes the next signing key when it is time, forgets assertions and families nobody can use again."""
    signing_keys.ensure_signing_key()
    forget_expired()
    end_forgotten_sessions(actor=Actor.system("tidying"))


def forget_expired() -> int:
    """Deletes what is past its expiry and so proves nothing; returns how many rows, codes included."""
    now = clock.now()
    return sum(model.objects.filter(expires_at__lt=now).delete()[0] for model in _EXPIRING)
