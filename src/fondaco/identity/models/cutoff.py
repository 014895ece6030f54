"""The kill switch: programs that an operator keeps out.

One row keeps out every program that it covers, however many they are: it is looked for in the very query that finds a
program's credentials, so nothing has to be written to a hundred thousand clients before the first one is out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet

from fondaco.audit.status import Stateful
from fondaco.catalog.models import App, Version
from fondaco.identity.states import CUTOFF, CutoffStatus
from fondaco.kit import clock
from fondaco.kit.fields import IdField


class Cutoff(Stateful):
    """Covers one client, or the programs of a version or an app in every account: exactly one of the three is set.

    While it is in force nothing of them is let in. What was issued before it was lifted stays dead: whoever held it
    may hold it still, so only newer credentials open the door again.
    """

    MACHINE = CUTOFF

    id = IdField()
    client = models.ForeignKey("identity.OAuthClient", on_delete=models.CASCADE, null=True, related_name="cutoffs")
    version = models.ForeignKey(Version, on_delete=models.CASCADE, null=True, related_name="+")
    app = models.ForeignKey(App, on_delete=models.CASCADE, null=True, related_name="+")
    reason = models.TextField(max_length=1000)  # customers and the partner read it
    begun_by = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    lifted_at = models.DateTimeField(null=True, blank=True)
    status = CUTOFF.column()

    class Meta:
        constraints = [
            CUTOFF.constraint("cutoff_status"),
            models.CheckConstraint(
                condition=Q(client__isnull=False, version__isnull=True, app__isnull=True)
                | Q(client__isnull=True, version__isnull=False, app__isnull=True)
                | Q(client__isnull=True, version__isnull=True, app__isnull=False),
                name="cutoff_covers_one",
            ),
            *(
                models.UniqueConstraint(
                    fields=[name], condition=Q(status=CutoffStatus.IN_FORCE.value), name=f"cutoff_once_per_{name}"
                )
                for name in ("client", "version", "app")
            ),
        ]

    def __str__(self) -> str:
        return f"cut-off of {self.client or self.version or self.app}"

    @property
    def is_in_force(self) -> bool:
        return self.status == CutoffStatus.IN_FORCE

    def audit_scope(self) -> Mapping[str, Any]:
        if self.client is not None:
            app, account_id = self.client.app, self.client.account_id
            if app is None:  # made in the portal: its partner's, whose developer account it opens
                partner = getattr(self.client.account, "partner", None)
                return {"account_id": account_id, "partner_id": partner.pk if partner else None}
        else:
            app, account_id = self.app or (self.version.app if self.version else None), ""
        return {"account_id": account_id, "partner_id": app.partner_id if app else None}

    @classmethod
    def covering(cls, client: str) -> QuerySet[Cutoff]:
        """Those in force for a query's rows, whose client is at the path ``client``: for subqueries."""
        covers = (
            Q(client=OuterRef(f"{client}_id"))
            | Q(version=OuterRef(f"{client}__version_id"))
            | Q(app=OuterRef(f"{client}__app_id"))
        )
        return cls.objects.filter(covers, status=CutoffStatus.IN_FORCE)

    @classmethod
    def keeps_out(cls) -> Exists:
        """What ``has_cutoff`` of a credential set says (``identity.sets``)."""
        covers = (
            Q(client=OuterRef("client_id"))
            | Q(version=OuterRef("client__version_id"))
            | Q(app=OuterRef("client__app_id"))
        )
        counts = Q(status=CutoffStatus.IN_FORCE) | Q(lifted_at__gt=OuterRef("created_at"))
        return Exists(cls.objects.filter(covers, counts))
