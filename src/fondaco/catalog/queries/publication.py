"""What is planned for a version."""

from __future__ import annotations

from fondaco.catalog.models import PlannedPublication, Version


def find_plan(version: Version) -> PlannedPublication | None:
    """The time that is set for it, or why it failed at that time; whoever passes the version was let in to it."""
    return PlannedPublication.objects.select_related("planned_by__person").filter(pk=version.pk).first()
