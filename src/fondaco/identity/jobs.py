"""What identity does by the clock."""

from __future__ import annotations

from procrastinate.contrib.django import app

from fondaco.identity import signing_keys
from fondaco.identity.models import SpentAssertion, TokenFamily
from fondaco.kit import clock


@app.periodic(cron="23 * * * *")
@app.task(name="identity.tidy", queueing_lock="identity.tidy")
def tidy(timestamp: int) -> None:
    """Each hour: makes the next signing key when it is time, forgets assertions and families nobody can use again."""
    signing_keys.ensure_signing_key()
    forget_expired()


def forget_expired() -> int:
    """Deletes spent assertions past their expiry and families past theirs; returns how many of both."""
    now = clock.now()
    assertions, _kinds = SpentAssertion.objects.filter(expires_at__lt=now).delete()
    families = TokenFamily.objects.filter(expires_at__lt=now)
    count = families.count()
    families.delete()
    return assertions + count
