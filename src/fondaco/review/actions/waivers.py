"""Waiving a check for an app, and taking that back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from fondaco.accounts.models import Operator
from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.catalog.models import App
from fondaco.catalog.validation import FieldProblems
from fondaco.kit import clock
from fondaco.review import events
from fondaco.review.checking.registry import find_check
from fondaco.review.errors import AlreadyWaived, WaiverOver
from fondaco.review.models import Waiver
from fondaco.review.policies import check_can_waive

_LONGEST: Final = timedelta(days=366)


def grant_waiver(*, actor: Actor, by: Operator, app: App, check_id: str, reason: str, ends_on: date) -> Waiver:
    """Lets a check's findings not count for an app until the end of ``ends_on``, for this and every later version."""
    found = FieldProblems()
    clean = found.text("reason", reason, least=1, most=1000, lines=True)
    today = clock.now().date()
    if find_check(check_id) is None:
        found.add("check", _("There is no such check."))
    if not today <= ends_on <= today + _LONGEST:
        found.add("ends_on", _("Choose a day from today on and within a year."))
    found.raise_if_any()
    with transaction.atomic(durable=True):
        check_can_waive(by, app, check_id)
        App.objects.select_for_update().only("pk").get(pk=app.pk)  # two reviewers at once: one waives
        standing = Waiver.objects.filter(app=app, check_id=check_id, withdrawn_at=None, ends_on__gte=today)
        if (earlier := standing.select_related("granted_by").first()) is not None:
            raise AlreadyWaived(name=earlier.granted_by.name, day=earlier.ends_on.isoformat())
        waiver = Waiver.objects.create(app=app, check_id=check_id, reason=clean, ends_on=ends_on, granted_by=by.person)
        data = {"app_id": app.pk.hex, "check": check_id, "reason": clean, "ends_on": ends_on.isoformat()}
        record(events.WAIVER_GRANTED, waiver, actor=actor, partner_id=app.partner_id, data=data)
    return waiver


def withdraw_waiver(*, actor: Actor, by: Operator, waiver: Waiver) -> Waiver:
    """The check counts again from now on; decisions that were made stand."""
    with transaction.atomic(durable=True):
        waiver = Waiver.objects.select_for_update(of=("self",)).select_related("app", "granted_by").get(pk=waiver.pk)
        check_can_waive(by, waiver.app, waiver.check_id)
        if waiver.withdrawn_at is not None:
            raise WaiverOver
        waiver.withdrawn_by, waiver.withdrawn_at = by.person, clock.now()
        waiver.save(update_fields=["withdrawn_by", "withdrawn_at"])
        data = {"app_id": waiver.app_id.hex, "check": waiver.check_id}
        record(events.WAIVER_WITHDRAWN, waiver, actor=actor, partner_id=waiver.app.partner_id, data=data)
    return waiver
