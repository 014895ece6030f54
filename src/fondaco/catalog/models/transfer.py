"""An app on its way from one partner to another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models

from fondaco.audit.status import Stateful
from fondaco.catalog.lifecycle_states import OPEN_TRANSFER, TRANSFER, TransferStatus
from fondaco.catalog.models.app import App
from fondaco.kit import clock
from fondaco.kit.fields import IdField
from fondaco.partners.models import Partner


class AppTransfer(Stateful):
    """The offer, both sides' consent and the operator's word. Names are kept as they were: people leave."""

    MACHINE = TRANSFER

    id = IdField()
    app = models.ForeignKey(App, on_delete=models.PROTECT, related_name="transfers")
    giver = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    receiver = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(max_length=2000, blank=True)  # the giver's words to the receiver
    offered_by = models.CharField(max_length=100)
    answered_by = models.CharField(max_length=100, blank=True)
    decided_by = models.CharField(max_length=100, blank=True)  # the operator
    reason = models.TextField(max_length=2000, blank=True)  # why it was declined or refused
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(default=clock.now, editable=False)
    status = TRANSFER.column()

    class Meta:
        constraints = [
            TRANSFER.constraint("app_transfer_status"),
            models.UniqueConstraint(
                fields=["app"], condition=models.Q(status__in=OPEN_TRANSFER), name="app_transfer_one_open"
            ),
            models.CheckConstraint(
                condition=~models.Q(giver=models.F("receiver")), name="app_transfer_changes_the_partner"
            ),
        ]
        indexes = [models.Index(fields=["status", "created_at"], name="app_transfer_queue")]

    def __str__(self) -> str:
        return f"{self.app.name} from {self.giver.name} to {self.receiver.name}"

    @property
    def is_open(self) -> bool:
        """Whether somebody is still to act."""
        return self.status in OPEN_TRANSFER

    @property
    def is_offered(self) -> bool:
        """Whether the receiving owner is to answer."""
        return self.status == TransferStatus.OFFERED

    @property
    def is_accepted(self) -> bool:
        """Whether the operator is to confirm."""
        return self.status == TransferStatus.ACCEPTED

    def audit_scope(self) -> Mapping[str, Any]:
        return {"partner_id": self.giver_id}
