"""Publishing a version."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.utils.translation import gettext as _
from pydantic import AwareDatetime, BeforeValidator, Field

from fondaco.catalog.models import App, PlannedPublication, Version
from fondaco.catalog.queries import WAITS_FOR_PARTNER, Need
from fondaco.surfaces.api.management.shapes.fields import Body, Shape


def _check_written(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(_("Write a moment with a time zone, like 2030-01-02T09:00:00Z."))  # noqa: TRY004 - as in fields
    return value


Moment = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_check_written)]


class ScheduleBody(Body):
    """When to make it available: a minute to a year ahead, with a time zone."""

    due_at: Moment


class UnlistBody(Body):
    """What those read who would have installed it."""

    reason: str


class PublicationShape(Shape):
    """The true state of a version in the marketplace. ``failure`` says why it did not go live at ``due_at``."""

    version_id: str
    technical_status: str
    listing_status: str
    is_published: bool
    due_at: datetime | None
    planned_by: str | None
    failure: str
    unlisted_at: datetime | None
    unlisted_reason: str
    withheld_at: datetime | None
    withheld_reason: str

    @classmethod
    def of(cls, version: Version, plan: PlannedPublication | None) -> PublicationShape:
        return cls(
            version_id=version.pk.hex,
            technical_status=version.technical.status,
            listing_status=version.listing.status,
            is_published=version.is_published,
            due_at=plan.due_at if plan else None,
            planned_by=plan.planned_by.person.name if plan else None,
            failure=plan.failure if plan else "",
            unlisted_at=version.unlisted_at,
            unlisted_reason=version.unlisted_reason,
            withheld_at=version.withheld_at,
            withheld_reason=version.withheld_reason,
        )


class ProjectShape(Shape):
    """An app, its newest version, what it waits for, and the version that customers find.

    ``asked_submission_id`` is the submission about which a reviewer asked and waits for an answer.
    """

    app_id: str
    name: str
    version_id: str | None
    technical_status: str | None
    listing_status: str | None
    need: Literal[
        "answer", "changes", "withheld", "failed", "publish", "begin", "finish", "out", "review", "time", "nothing"
    ]
    waits_for_partner: bool
    asked_submission_id: str | None
    offered_version: str | None

    @classmethod
    def of(cls, app: App) -> ProjectShape:
        given: Any = app  # with what list_projects annotated
        need = Need(given.need)
        return cls(
            app_id=app.pk.hex,
            name=app.name,
            version_id=given.newest_id.hex if given.newest_id else None,
            technical_status=given.newest_technical,
            listing_status=given.newest_listing,
            need=need.name.lower(),
            waits_for_partner=need in WAITS_FOR_PARTNER,
            asked_submission_id=given.asked_id.hex if given.asked_id else None,
            offered_version=given.offered,
        )
