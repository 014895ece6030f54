"""Versions whose end was announced, with who still has them; and what a transfer moves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from fondaco.accounts.models import Operator
from fondaco.catalog.lifecycle_states import OPEN_TESTER
from fondaco.catalog.models import App, AppTester, Plan, Version
from fondaco.catalog.states import TechnicalStatus
from fondaco.identity.models import CredentialSet
from fondaco.identity.states import CredentialStatus
from fondaco.installs.models import Clearance, Installation
from fondaco.installs.policies import check_can_force_any
from fondaco.installs.queries import list_living
from fondaco.installs.states import InstallationStatus
from fondaco.kit import clock
from fondaco.kit.errors import NotFound
from fondaco.kit.ids import parse_wire


@dataclass(frozen=True, slots=True)
class Ending:
    """A version with an announced last day. ``clearance`` is the last order to remove what is left, if any."""

    version: Version
    ends_on: date
    left: int
    clearance: Clearance | None

    @property
    def has_come(self) -> bool:
        """Whether the last day is here."""
        return self.ends_on <= clock.now().date()

    @property
    def can_be_cleared(self) -> bool:
        """Whether staff may order the removal of what is left now."""
        return self.has_come and self.left > 0 and not self.is_clearing

    @property
    def is_clearing(self) -> bool:
        """Whether what is left is being removed."""
        return self.clearance is not None and self.clearance.is_running

    @property
    def removed(self) -> int:
        """How many of those that there were at the order are gone."""
        return max(0, self.clearance.total - self.left) if self.clearance else 0


@dataclass(frozen=True, slots=True)
class Belongings:
    """What goes with an app to another partner, counted; ``hosts`` are the addresses that its programs answer at."""

    versions: int
    plans: int
    installations: int
    credential_sets: int
    testers: int
    hosts: tuple[str, ...]


def list_endings(by: Operator) -> QuerySet[Version]:
    """Deprecated versions with a last day, the next one first, each with ``left``: how many accounts still have it."""
    check_can_force_any(by)
    living = Installation.objects.filter(version_id=OuterRef("pk")).exclude(status=InstallationStatus.REVOKED)
    return (
        Version.objects.filter(technical__status=TechnicalStatus.DEPRECATED, ends_on__isnull=False, retired_at=None)
        .annotate(left=_many(living))
        .select_related("app__partner", "technical")
        .order_by("ends_on", "pk")
    )


def get_ending(by: Operator, version_id: str) -> Ending:
    """One of them, by wire id, with the last order to remove what is left."""
    found = parse_wire(version_id)
    version: Any = list_endings(by).filter(pk=found).first() if found else None
    if version is None:
        raise NotFound
    last = Clearance.objects.filter(version=version).order_by("-id").first()
    return Ending(version, version.ends_on, version.left, last)


def list_left(ending: Ending) -> QuerySet[Installation]:
    """The installations that still run, by company. The caller got the ending from a scoped query."""
    return list_living(ending.version.pk).select_related("plan").order_by("account__company_name", "pk")


def weigh(app: App) -> Belongings:
    """What a transfer of ``app`` moves; two queries. Whoever passes the app was let in to it."""
    versions = list(app.versions.select_related("technical"))
    found = App.objects.filter(pk=app.pk).values(
        plan_count=_many(Plan.objects.filter(version__app=OuterRef("pk"))),
        living_count=_many(Installation.objects.filter(app=OuterRef("pk")).exclude(status=InstallationStatus.REVOKED)),
        set_count=_many(
            CredentialSet.objects.filter(client__app=OuterRef("pk")).exclude(status=CredentialStatus.REVOKED)
        ),
        tester_count=_many(AppTester.objects.filter(app=OuterRef("pk"), status__in=OPEN_TESTER)),
    )
    counted = found.get()
    return Belongings(
        versions=len(versions),
        plans=counted["plan_count"],
        installations=counted["living_count"],
        credential_sets=counted["set_count"],
        testers=counted["tester_count"],
        hosts=tuple(sorted({host for version in versions for host in version.technical.hosts})),
    )


def _many(rows: QuerySet[Any]) -> Coalesce:
    """How many rows, as a part of another query."""
    counted = rows.order_by().values(one=Value(1)).annotate(many=Count("pk")).values("many")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
