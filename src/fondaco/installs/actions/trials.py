"""Beginning and ending trials. Steps of the operations that bring them about, and the deadline that ends one."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.conf import settings

from fondaco.audit.actor import Actor
from fondaco.audit.status import transition
from fondaco.identity.actions import resume_client, suspend_client
from fondaco.installs.actions import operations
from fondaco.installs.models import Installation, Trial
from fondaco.installs.states import InstallationStatus, TrialEnd, TrialStatus
from fondaco.kit import clock, deadlines

TRIAL_ENDS: Final = "trial.ends"


def start(actor: Actor, installation: Installation) -> None:
    """Starts the 30 days of a trial that was chosen; the partner's approval is their first moment (DOMAIN 7.6)."""
    trial = _find(installation, TrialStatus.PENDING)
    if trial is None:
        return
    trial.started_at = clock.now(installation.account_id)
    trial.expires_at = trial.started_at + settings.TRIAL_LENGTH
    trial.save(update_fields=["started_at", "expires_at"])
    transition(trial, TrialStatus.ACTIVE, actor=actor)
    deadlines.schedule(TRIAL_ENDS, subject_id=trial.pk.hex, due_at=trial.expires_at, account_id=installation.account_id)


def end(actor: Actor, installation: Installation, reason: TrialEnd) -> None:
    """Ends the trial, whether it runs or was only chosen; nothing when there is none."""
    trial = _find(installation, TrialStatus.PENDING, TrialStatus.ACTIVE)
    if trial is None:
        return
    trial.ended_at = clock.now(installation.account_id)
    trial.ended_reason = reason.value
    trial.ended_by = "system" if reason == TrialEnd.EXPIRED else "user"
    trial.save(update_fields=["ended_at", "ended_reason", "ended_by"])
    transition(trial, TrialStatus.ENDED, actor=actor, data={"ended_reason": trial.ended_reason})
    deadlines.cancel(TRIAL_ENDS, subject_id=trial.pk.hex)


def leave(actor: Actor, installation: Installation) -> None:
    """A paid plan is in force: a trial that runs ends as *plan upgraded*, and after one that is over people get in."""
    end(actor, installation, TrialEnd.UPGRADED)
    if not installation.client.may_sign_users_in:
        resume_client(actor=actor, client=installation.client)


@deadlines.handler(TRIAL_ENDS)
def end_when_due(subject_id: str, due_at: datetime) -> None:
    """The 30 days are over: nobody gets in, and a manager chooses a plan or removes the app."""
    found = Trial.objects.filter(pk=UUID(hex=subject_id), status=TrialStatus.ACTIVE).first()
    if found is None:
        return
    actor = Actor.system("sweeper")
    installation = operations.lock(found.installation_id)
    end(actor, installation, TrialEnd.EXPIRED)
    suspend_client(actor=actor, client=installation.client)
    # While an uninstall waits for its answer the installation stays pending; the client already lets nobody in.
    if installation.status == InstallationStatus.COMPLETED:
        transition(installation, InstallationStatus.SUSPENDED, actor=actor, reason=TrialEnd.EXPIRED.value)


def _find(installation: Installation, *statuses: TrialStatus) -> Trial | None:
    trial = Trial.objects.filter(installation=installation, status__in=statuses).first()
    if trial is not None:
        trial.installation = installation
    return trial
