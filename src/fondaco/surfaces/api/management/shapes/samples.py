"""Samples of what passed by policy."""

from __future__ import annotations

from datetime import datetime

from fondaco.review.models import Sample
from fondaco.surfaces.api.management.shapes.fields import Body, Shape


class ReportBody(Body):
    """What is wrong, for the partner and whoever would have installed the version."""

    reason: str


class SampleShape(Shape):
    """A drawn submission. ``status`` is open, fine or problem; ``words`` say what is wrong."""

    submission_id: str
    version_id: str
    version: str
    partner: str
    status: str
    is_published: bool
    looked_by: str | None
    words: str
    created_at: datetime
    status_since: datetime

    @classmethod
    def of(cls, sample: Sample) -> SampleShape:
        version = sample.submission.version
        return cls(
            submission_id=sample.pk.hex,
            version_id=version.pk.hex,
            version=str(version),
            partner=version.app.partner.name,
            status=sample.status,
            is_published=version.is_published,
            looked_by=sample.looked_by.name if sample.looked_by else None,
            words=sample.words,
            created_at=sample.created_at,
            status_since=sample.status_changed_at,
        )
