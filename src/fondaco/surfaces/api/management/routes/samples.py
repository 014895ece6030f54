"""Listings that passed by policy and were drawn for a person's look."""

from __future__ import annotations

from typing import Literal

from fondaco.accounts.permissions import Permission
from fondaco.review import actions
from fondaco.review.queries import get_sample, list_samples
from fondaco.review.states import SampleStatus
from fondaco.surfaces.api.management.door import Place, Request, Routes
from fondaco.surfaces.api.management.pages import ranked_page
from fondaco.surfaces.api.management.shapes.fields import Cursor, Limit, Page
from fondaco.surfaces.api.management.shapes.samples import ReportBody, SampleShape

routes = Routes("Operator: samples", Place.OPERATOR)


@routes.reads("/operator/samples", Page[SampleShape], Permission.OPERATOR_REVIEW_LISTING)
def list_listing_samples(
    request: Request,
    status: Literal["open", "fine", "problem"] | None = None,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Page[SampleShape]:
    """Those that nobody has looked at first, the oldest before the others."""
    found = list_samples(request.caller.operator, status=SampleStatus(status) if status else None)
    return ranked_page(found, SampleShape.of, cursor=cursor, limit=limit)


@routes.reads("/operator/samples/{sample_id}", SampleShape, Permission.OPERATOR_REVIEW_LISTING)
def get_listing_sample(request: Request, sample_id: str) -> SampleShape:
    """One of them, by the id of its submission."""
    return SampleShape.of(get_sample(request.caller.operator, sample_id))


@routes.does("/operator/samples/{sample_id}/pass", SampleShape, Permission.OPERATOR_REVIEW_LISTING)
def pass_listing_sample(request: Request, sample_id: str) -> SampleShape:
    """It is fine."""
    by = request.caller.operator
    actions.pass_sample(actor=request.caller.actor, by=by, sample=get_sample(by, sample_id))
    return SampleShape.of(get_sample(by, sample_id))


@routes.does("/operator/samples/{sample_id}/report", SampleShape, Permission.OPERATOR_REVIEW_LISTING)
def report_listing_sample(request: Request, sample_id: str, body: ReportBody) -> SampleShape:
    """There is a problem: the version leaves the marketplace, and its partner is told why."""
    by = request.caller.operator
    actions.report_sample(actor=request.caller.actor, by=by, sample=get_sample(by, sample_id), reason=body.reason)
    return SampleShape.of(get_sample(by, sample_id))
