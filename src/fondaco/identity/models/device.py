"""A command line that asks to act for whoever types its code (RFC 8628)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from fondaco.accounts.models import Person
from fondaco.audit.status import Stateful
from fondaco.identity.states import DEVICE
from fondaco.kit import clock
from fondaco.kit.fields import IdField


class DeviceAuthorization(Stateful):
    """One request. Both codes are kept as keyed hashes; who knows the first gets the token, who types the second
    decides whether there is one.

    ``program`` is a name of ours, ``device`` what the machine calls itself and proves nothing, ``address`` where the
    request came from. ``scopes`` are the permissions asked for, none means all.
    """

    MACHINE = DEVICE

    id = IdField()
    device_code_hash = models.CharField(max_length=120, unique=True)
    user_code_hash = models.CharField(max_length=120, unique=True)
    program = models.CharField(max_length=40)
    device = models.CharField(max_length=60, blank=True)
    address = models.CharField(max_length=45, blank=True)
    scopes = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    interval = models.PositiveSmallIntegerField(default=5)  # seconds between two questions of the device
    asked_at = models.DateTimeField(null=True, blank=True)  # when the device last asked whether it was approved
    decided_by = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    expires_at = models.DateTimeField(db_index=True)
    status = DEVICE.column()

    class Meta:
        constraints = [DEVICE.constraint("device_authorization_status")]

    def __str__(self) -> str:
        return f"{self.program} on {self.device or self.address}"

    @property
    def is_over(self) -> bool:
        """Whether its ten minutes have passed, swept up or not."""
        return self.expires_at <= clock.now()

    def audit_scope(self) -> Mapping[str, Any]:
        return {}
