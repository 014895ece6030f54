"""Beginning and ending trials. Steps of the operations that bring them about, and the deadlines of one that runs."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.conf import settings

from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.audit.status import transition
from fondaco.identity.actions import resume_client, suspend_client
from fondaco.installs import events
from fondaco.installs.actions import operations
from fondaco.installs.models import Installation, Trial
from fondaco.installs.states import InstallationStatus, OperationKind, TrialEnd, TrialStatus
from fondaco.installs.trial_dates import next_reminder_at, reminder_for
from fondaco.kit import clock, deadlines

TRIAL_ENDS: Final = "trial.ends"
TRIAL_REMINDS: Final = "trial.reminds"


def start(actor: Actor, installation: Installation) -> None:
    """Starts the 30 days of a trial that was chosen; the partner's approval is their first moment (DOMAIN 7.6)."""
    trial = find(installation, TrialStatus.PENDING)
    if trial is None:
        return
    now = clock.now(installation.account_id)
    fields = {"started_at": now, "expires_at": now + settings.TRIAL_LENGTH}
    transition(trial, TrialStatus.ACTIVE, actor=actor, fields=fields)
    plan_end(trial)


def end(actor: Actor, installation: Installation, reason: TrialEnd) -> None:
    """Ends the trial, whether it runs or was only chosen; nothing when there is none."""
    trial = find(installation, TrialStatus.PENDING, TrialStatus.ACTIVE)
    if trial is None:
        return
    fields = {
        "ended_at": clock.now(installation.account_id),
        "ended_reason": reason.value,
        "ended_by": "system" if reason == TrialEnd.EXPIRED else "user",
    }
    transition(trial, TrialStatus.ENDED, actor=actor, data={"ended_reason": reason.value}, fields=fields)
    for kind in (TRIAL_ENDS, TRIAL_REMINDS):
        deadlines.cancel(kind, subject_id=trial.pk.hex)


def leave(actor: Actor, installation: Installation) -> None:
    """A paid plan is in force: a trial that runs ends as *plan upgraded*, and after one that is over people get in."""
    end(actor, installation, TrialEnd.UPGRADED)
    if not installation.client.may_sign_users_in:
        resume_client(actor=actor, client=installation.client)


def plan_end(trial: Trial) -> None:
    """Plans the end of a running trial and the next reminder before it, in place of what was planned."""
    assert trial.expires_at is not None  # it runs
    account_id = trial.account_id
    deadlines.schedule(TRIAL_ENDS, subject_id=trial.pk.hex, due_at=trial.expires_at, account_id=account_id)
    due_at = next_reminder_at(trial.expires_at, clock.now(account_id))
    if due_at is None:
        deadlines.cancel(TRIAL_REMINDS, subject_id=trial.pk.hex)
    else:
        deadlines.schedule(TRIAL_REMINDS, subject_id=trial.pk.hex, due_at=due_at, account_id=account_id)


def find(installation: Installation, *statuses: TrialStatus) -> Trial | None:
    """The trial of a locked installation, if it stands at one of these."""
    trial = Trial.objects.filter(installation=installation, status__in=statuses).first()
    if trial is not None:
        trial.installation = installation
    return trial


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
    # While a change waits for its answer the installation stays pending; the client already lets nobody in.
    if installation.status == InstallationStatus.COMPLETED:
        why, none_of_earlier = TrialEnd.EXPIRED.value, {"reason": ""}
        transition(installation, InstallationStatus.SUSPENDED, actor=actor, reason=why, fields=none_of_earlier)


@deadlines.handler(TRIAL_REMINDS)
def remind_when_due(subject_id: str, due_at: datetime) -> None:
    """A trial ends in 15 days, 7 or one: said once each, and not any more of an app that is being removed."""
    found = Trial.objects.filter(pk=UUID(hex=subject_id), status=TrialStatus.ACTIVE).first()
    if found is None:
        return
    installation = operations.lock(found.installation_id)
    trial = find(installation, TrialStatus.ACTIVE)
    if trial is None or trial.expires_at is None:
        return
    days = reminder_for(trial.expires_at, clock.now(trial.account_id))
    operation = operations.find_open(installation)
    is_leaving = operation is not None and operation.kind == OperationKind.UNINSTALL
    if days is not None and not is_leaving and (trial.reminded_days is None or days < trial.reminded_days):
        trial.reminded_days = days
        trial.save(update_fields=["reminded_days"])
        actor = Actor.system("sweeper")
        record(events.TRIAL_ENDING, trial, actor=actor, data={"days": days}, **trial.audit_scope())
    plan_end(trial)
