"""A change of an installation that the partner must answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models

from fondaco.accounts.models import User
from fondaco.audit.status import Stateful
from fondaco.installs.models.installation import Installation
from fondaco.installs.states import OPERATION, OperationKind, OperationStatus
from fondaco.kit import clock
from fondaco.kit.fields import IdField


class Operation(Stateful):
    """Holds the whole current and the whole proposed state, so that either side can be put in force exactly.

    Both are snapshots as of ``installs.snapshots``: ``{"status", "version", "plan", "total_licences", "users",
    "auto_install", "auto_install_cap"}`` with ids as wire hex.
    """

    MACHINE = OPERATION

    id = IdField()
    installation = models.ForeignKey(Installation, on_delete=models.CASCADE, related_name="operations")
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in OperationKind])
    current = models.JSONField()
    proposed = models.JSONField()
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    is_automatic = models.BooleanField(default=False)  # licences given by rules, and taken from who left
    reason_type = models.CharField(max_length=20, blank=True)  # of an uninstall (DOMAIN 1.4)
    reason = models.TextField(max_length=1000, blank=True)  # what the customer said
    answer = models.TextField(max_length=1000, blank=True)  # what the partner said
    failed_side = models.CharField(max_length=8, blank=True)  # the snapshot that could not be put in force
    failure = models.TextField(max_length=1000, blank=True)  # why, for staff
    settled = models.CharField(max_length=9, blank=True)  # what staff did about it: current, proposed or ask_again
    objected_at = models.DateTimeField(null=True)  # when the partner declined an uninstall, which goes on
    answer_due_at = models.DateTimeField()
    created_at = models.DateTimeField(default=clock.now, editable=False)
    status = OPERATION.column()

    class Meta:
        constraints = [
            OPERATION.constraint("operation_status"),
            models.UniqueConstraint(
                fields=["installation"], condition=models.Q(status="open"), name="operation_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.installation}"

    @property
    def is_open(self) -> bool:
        return self.status == OperationStatus.OPEN

    @property
    def is_broken(self) -> bool:
        """Whether it could neither be completed nor be taken back, and staff have not ended that yet."""
        return bool(self.failed_side) and not self.settled

    def audit_scope(self) -> Mapping[str, Any]:
        return self.installation.audit_scope()
