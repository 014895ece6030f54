"""The trial of an installation."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from fondaco.installs.models import Trial
from fondaco.surfaces.api.management.shapes.fields import Body, Day, Shape, Text


class TrialShape(Shape):
    """``state`` is pending (the partner has not confirmed yet), active or ended.

    ``ended_reason`` is trial_expired (by ``system``), app_uninstalled or plan_upgraded (by ``user``).
    """

    installation_id: str
    plan: str
    state: str
    started_at: datetime | None
    expires_at: datetime | None
    ended_at: datetime | None
    ended_reason: str
    ended_by: str

    @classmethod
    def of(cls, trial: Trial) -> TrialShape:
        return cls(
            installation_id=trial.installation_id.hex,
            plan=trial.subscription_name,
            state=trial.status,
            started_at=trial.started_at,
            expires_at=trial.expires_at,
            ended_at=trial.ended_at,
            ended_reason=trial.ended_reason,
            ended_by=trial.ended_by,
        )


class ExtendTrialBody(Body):
    """People get in up to the end of ``last_day``, where the account is. The reason is for the audit trail."""

    last_day: Day
    reason: Annotated[Text, Field(max_length=1000)]
