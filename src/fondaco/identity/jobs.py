"""What identity does by the clock."""

from __future__ import annotations

from django.db.models import Exists, OuterRef
from procrastinate.contrib.django import app

from fondaco.audit.actor import Actor
from fondaco.identity import signing_keys
from fondaco.identity.actions import end_forgotten_sessions
from fondaco.identity.models import (
    DeviceAuthorization,
    FailedTries,
    KeptForm,
    RefreshToken,
    RevokedToken,
    SpentAssertion,
    TokenFamily,
)
from fondaco.identity.queries import UNUSED
from fondaco.kit import clock

_EXPIRING = (SpentAssertion, RevokedToken, RefreshToken, DeviceAuthorization, FailedTries, KeptForm)


@app.periodic(cron="23 * * * *")
@app.task(name="identity.tidy", queueing_lock="identity.tidy")
def tidy(timestamp: int) -> None:
    """Each hour: makes the next signing keys when it is time, forgets assertions and families nobody can use again."""
    signing_keys.renew_keys()
    forget_expired()
    end_forgotten_sessions(actor=Actor.system("tidying"))


def forget_expired() -> int:
    """Deletes what is past its expiry and so proves nothing; returns how many rows, codes included.

    Of a session that goes on, one family of each client stays that wants a logout token at its end: by it we remember
    who is to be told (OpenID Connect Back-Channel Logout 1.0 §2.3).
    """
    now = clock.now()
    used = TokenFamily.objects.exclude(UNUSED)
    newer = used.filter(client=OuterRef("client"), login_session=OuterRef("login_session"), id__gt=OuterRef("id"))
    told = used.exclude(client__backchannel_logout_url="")
    remembered = told.filter(~Exists(newer), login_session__ended_at=None)
    expired = [model.objects.filter(expires_at__lt=now) for model in _EXPIRING]
    families = TokenFamily.objects.filter(expires_at__lt=now).exclude(pk__in=remembered)
    return sum(found.delete()[0] for found in [*expired, families])
