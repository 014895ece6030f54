"""A partner's apps as a list of what is to be done: those that wait for the partner first."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Any, Final

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Subquery, UUIDField, Value, When

from fondaco.accounts.permissions import Permission
from fondaco.catalog.models import App, PlannedPublication, Version
from fondaco.catalog.queries.marketplace import PUBLISHED
from fondaco.catalog.states import TechnicalStatus
from fondaco.kit.errors import Forbidden
from fondaco.partners.models import Member


class Need(IntEnum):
    """What an app waits for, the most pressing first; all up to ``OUT`` wait for the partner."""

    ANSWER = 0  # a reviewer asked something and waits
    CHANGES = 1  # a reviewer asked for them
    WITHHELD = 2  # the platform took it out of the marketplace
    FAILED = 3  # it did not go live at its time
    PUBLISH = 4
    BEGIN = 5  # it has no version yet
    FINISH = 6
    OUT = 7  # of the marketplace for a while
    REVIEW = 8
    TIME = 9  # it goes live by itself
    NOTHING = 10


WAITS_FOR_PARTNER: Final = frozenset(need for need in Need if need <= Need.OUT)


def list_projects(
    by: Member, *, text: str = "", waiting: bool | None = None, asked: Subquery | None = None
) -> QuerySet[App]:
    """The partner's apps, each with its newest version's ``newest_id``, and ``need``: by need, then by name.

    ``offered`` is the name of the version that customers find, None without one. ``text`` is part of the app's name;
    ``waiting`` asks for those that wait for the partner, or for the others. ``asked`` is what a higher floor knows: the
    id, kept as ``asked_id``, of what the partner was asked about an app.
    """
    if not by.can(Permission.PARTNER_VIEW):
        raise Forbidden
    versions = Version.objects.filter(app_id=OuterRef("pk")).order_by("-pk")
    published = versions.filter(PUBLISHED)
    plans = PlannedPublication.objects.filter(pk=OuterRef("newest_id"))
    apps = App.objects.filter(partner_id=by.partner_id)
    if text:
        apps = apps.filter(name__icontains=text)
    found = (
        apps.annotate(
            newest_id=Subquery(versions.values("pk")[:1]),
            newest_technical=Subquery(versions.values("technical__status")[:1]),
            newest_listing=Subquery(versions.values("listing__status")[:1]),
            newest_withheld_at=Subquery(versions.values("withheld_at")[:1]),
            newest_unlisted_at=Subquery(versions.values("unlisted_at")[:1]),
            is_planned=Exists(plans.filter(failed_at=None)),
            has_failed=Exists(plans.exclude(failed_at=None)),
            offered=Subquery(published.values("name")[:1]),
            asked_id=asked or Value(None, output_field=UUIDField()),
        )
        .annotate(need=_need())
        .order_by("need", "name")
    )
    if waiting is None:
        return found
    return found.filter(need__lte=Need.OUT) if waiting else found.filter(need__gt=Need.OUT)


def count_projects(by: Member, *, asked: Subquery | None = None) -> tuple[int, int]:
    """How many of the partner's apps wait for it, and how many do not; one query."""
    apps: QuerySet[Any] = list_projects(by, asked=asked)  # with what is annotated
    needs = apps.order_by().values_list("need", flat=True)
    waiting = sum(need in WAITS_FOR_PARTNER for need in needs)
    return waiting, len(needs) - waiting


def load_newest(apps: Sequence[App]) -> dict[App, Version]:
    """The newest version of each app of :func:`list_projects` that has one, with its contents and plan; one query."""
    wanted = {app.newest_id: app for app in apps}  # type: ignore[attr-defined]  # annotated
    found = (
        Version.objects.filter(pk__in=[key for key in wanted if key])
        .select_related("technical", "listing", "planned_publication__planned_by__person")
        .defer("listing__search", "listing__description")
    )
    newest = {}
    for version in found:
        version.app = wanted[version.pk]
        newest[version.app] = version
    return newest


def _need() -> Case:
    rejected, draft = TechnicalStatus.REJECTED.value, TechnicalStatus.DRAFT.value
    in_review = TechnicalStatus.IN_REVIEW.value
    either = {state: Q(newest_technical=state) | Q(newest_listing=state) for state in (rejected, draft, in_review)}
    return Case(
        When(retired_at__isnull=False, then=Value(Need.NOTHING)),
        When(asked_id__isnull=False, then=Value(Need.ANSWER)),
        When(newest_id=None, then=Value(Need.BEGIN)),
        When(newest_technical=TechnicalStatus.DEPRECATED.value, then=Value(Need.NOTHING)),
        When(either[rejected], then=Value(Need.CHANGES)),
        When(Q(newest_withheld_at__isnull=False), then=Value(Need.WITHHELD)),
        When(has_failed=True, then=Value(Need.FAILED)),
        When(Q(newest_technical=TechnicalStatus.APPROVED.value, is_planned=False), then=Value(Need.PUBLISH)),
        When(either[draft], then=Value(Need.FINISH)),
        When(Q(newest_unlisted_at__isnull=False), then=Value(Need.OUT)),
        When(either[in_review], then=Value(Need.REVIEW)),
        When(is_planned=True, then=Value(Need.TIME)),
        default=Value(Need.NOTHING),
    )
