"""The rows that example mails about trials are about: one that ends next week, and one that is over."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from fondaco.audit.actor import Actor
from fondaco.audit.status import transition
from fondaco.installs.models import Installation, Trial
from fondaco.installs.states import TrialEnd, TrialStatus
from fondaco.kit import clock


def make_trials(running: UUID, over: UUID, *, actor: Actor) -> dict[str, UUID]:
    """Of these two installations."""
    return {
        "running trial": _begin(running, days_left=7, actor=actor).pk,
        "ended trial": _end(_begin(over, days_left=0, actor=actor), actor).pk,
    }


def _begin(installation_id: UUID, *, days_left: int, actor: Actor) -> Trial:
    installation = Installation.objects.get(pk=installation_id)
    expires_at = clock.now() + timedelta(days=days_left)
    trial = Trial.objects.create(
        app=installation.app,
        account=installation.account,
        installation=installation,
        subscription_name="Trial",
        started_at=expires_at - timedelta(days=30),
        expires_at=expires_at,
        reminded_days=days_left,
    )
    return transition(trial, TrialStatus.ACTIVE, actor=actor)


def _end(trial: Trial, actor: Actor) -> Trial:
    fields = {"ended_at": trial.expires_at, "ended_reason": TrialEnd.EXPIRED.value, "ended_by": "system"}
    return transition(trial, TrialStatus.ENDED, actor=actor, fields=fields)
