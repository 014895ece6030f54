"""The order to remove what is left of a version after its announced last day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models

from fondaco.audit.status import Stateful
from fondaco.catalog.models import Version
from fondaco.installs.states import CLEARANCE, ClearanceStatus
from fondaco.kit import clock
from fondaco.kit.fields import IdField


class Clearance(Stateful):
    """``total`` is how many installations there were when it was ordered; how many are left is counted, not kept."""

    MACHINE = CLEARANCE

    id = IdField()
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="clearances")
    reason = models.TextField(max_length=1000)  # read by the customers
    ordered_by = models.CharField(max_length=100)
    total = models.PositiveIntegerField()
    created_at = models.DateTimeField(default=clock.now, editable=False)
    status = CLEARANCE.column()

    class Meta:
        constraints = [
            CLEARANCE.constraint("clearance_status"),
            models.UniqueConstraint(
                fields=["version"], condition=models.Q(status="running"), name="clearance_one_running"
            ),
        ]

    def __str__(self) -> str:
        return f"clearance of {self.version}"

    @property
    def is_running(self) -> bool:
        return self.status == ClearanceStatus.RUNNING

    def audit_scope(self) -> Mapping[str, Any]:
        return {"partner_id": self.version.app.partner_id}
