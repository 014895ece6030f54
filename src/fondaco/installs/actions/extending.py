"""Letting a running trial last longer: only the operator does, when a customer asks (DOMAIN 7.6)."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from fondaco.accounts.models import Operator
from fondaco.accounts.permissions import Permission
from fondaco.accounts.policies import check_operator_can
from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.installs import events
from fondaco.installs.actions import operations, trials
from fondaco.installs.actions.credentials import check_reason
from fondaco.installs.errors import TrialNotRunning
from fondaco.installs.models import Installation, Trial
from fondaco.installs.states import TrialStatus
from fondaco.installs.trial_dates import end_of
from fondaco.kit import clock
from fondaco.kit.errors import Invalid


def extend_trial(*, actor: Actor, by: Operator, installation: Installation, last_day: date, reason: str) -> Trial:
    """Lets the trial last to the end of ``last_day``, as days are where the account is; reminders are planned anew.

    ``reason`` is for the audit trail.
    """
    check_operator_can(by, Permission.OPERATOR_SUPPORT)
    reason = check_reason(reason, is_required=True)
    with transaction.atomic(durable=True):
        locked = operations.lock(installation.pk)
        trial = trials.find(locked, TrialStatus.ACTIVE)
        now = clock.now(locked.account_id)
        if trial is None or trial.expires_at is None or trial.expires_at <= now:
            raise TrialNotRunning(app=locked.app.name)
        if last_day > (now + settings.LONGEST_TRIAL_LEFT).date():
            days = {"days": settings.LONGEST_TRIAL_LEFT.days}
            raise Invalid(fields={"last_day": [_("Choose a day within the next %(days)d days.") % days]})
        before, after = trial.expires_at, end_of(last_day, locked.account.timezone)
        if after <= before:
            raise Invalid(fields={"last_day": [_("The trial lasts that long already. Choose a later day.")]})
        trial.expires_at, trial.reminded_days = after, None
        trial.save(update_fields=["expires_at", "reminded_days"])
        trials.plan_end(trial)
        data = {"from": before.isoformat(), "to": after.isoformat(), "reason": reason}
        record(events.TRIAL_EXTENDED, trial, actor=actor, data=data, **trial.audit_scope())
    return trial
