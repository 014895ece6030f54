"""Certification checks: the registry, runs of them by partners and reviewers, and waivers."""

from __future__ import annotations

from fondaco.accounts.permissions import Permission
from fondaco.catalog.queries import get_version
from fondaco.review import actions
from fondaco.review.checking.registry import all_checks
from fondaco.review.queries import (
    get_reviewed_app,
    get_reviewed_version,
    get_run,
    get_waiver,
    list_evidence,
    list_runs,
    list_waivers,
)
from fondaco.surfaces.api.management.door import Place, Request, Routes
from fondaco.surfaces.api.management.pages import whole
from fondaco.surfaces.api.management.shapes.checks import (
    CheckRunShape,
    CheckShape,
    RequirementShape,
    WaiverBody,
    WaiverShape,
)
from fondaco.surfaces.api.management.shapes.fields import Page

public_routes = Routes("Checks", Place.ANYWHERE)
routes = Routes("Partner: checks", Place.PARTNER, for_machines=True)
operator_routes = Routes("Operator: checks", Place.OPERATOR)

_EDITORS = (Permission.PARTNER_APPS_EDIT, Permission.PARTNER_LISTING_EDIT)
_REVIEWERS = (Permission.OPERATOR_REVIEW_TECHNICAL, Permission.OPERATOR_REVIEW_LISTING)


@public_routes.reads("/checks", Page[CheckShape])
def list_checks(request: Request) -> Page[CheckShape]:
    """Every certification check: what it looks at, whether it blocks, how to mend what it finds."""
    return whole(all_checks(), CheckShape.of)


@routes.creates("/partners/{partner_id}/versions/{version_id}/check_runs", CheckRunShape, *_EDITORS)
def start_check_run(request: Request, partner_id: str, version_id: str) -> CheckRunShape:
    """Runs the checks of a version, exactly those that reviewers run. While a run over this very content is under way,
    that one is the answer."""
    by = request.caller.member
    version = get_version(by, version_id)
    return CheckRunShape.of(actions.run_checks(actor=request.caller.actor, by=by, version=version))


@routes.reads("/partners/{partner_id}/versions/{version_id}/check_runs", Page[CheckRunShape], Permission.PARTNER_VIEW)
def list_check_runs(request: Request, partner_id: str, version_id: str) -> Page[CheckRunShape]:
    """The latest runs over a version, newest first."""
    return whole(list_runs(get_version(request.caller.member, version_id)), CheckRunShape.of)


@routes.reads("/partners/{partner_id}/check_runs/{run_id}", CheckRunShape, Permission.PARTNER_VIEW)
def get_check_run(request: Request, partner_id: str, run_id: str) -> CheckRunShape:
    """One run with what it came to so far."""
    return CheckRunShape.of(get_run(request.caller.member, run_id))


@routes.reads("/partners/{partner_id}/versions/{version_id}/evidence", Page[RequirementShape], Permission.PARTNER_VIEW)
def list_version_evidence(request: Request, partner_id: str, version_id: str) -> Page[RequirementShape]:
    """The four requirements of the marketplace, each with what shows that it is met and what is still to do."""
    return whole(list_evidence(get_version(request.caller.member, version_id)), RequirementShape.of)


@operator_routes.creates("/operator/versions/{version_id}/check_runs", CheckRunShape, *_REVIEWERS)
def start_review_check_run(request: Request, version_id: str) -> CheckRunShape:
    """Runs the checks of a version once more, for the reviewer."""
    by = request.caller.operator
    version = get_reviewed_version(by, version_id)
    return CheckRunShape.of(actions.run_checks(actor=request.caller.actor, by=by, version=version))


@operator_routes.reads("/operator/versions/{version_id}/check_runs", Page[CheckRunShape], *_REVIEWERS)
def list_review_check_runs(request: Request, version_id: str) -> Page[CheckRunShape]:
    """The latest runs over a version, newest first."""
    return whole(list_runs(get_reviewed_version(request.caller.operator, version_id)), CheckRunShape.of)


@operator_routes.reads("/operator/check_runs/{run_id}", CheckRunShape, *_REVIEWERS)
def get_review_check_run(request: Request, run_id: str) -> CheckRunShape:
    """One run with what it came to so far."""
    return CheckRunShape.of(get_run(request.caller.operator, run_id))


@operator_routes.reads("/operator/versions/{version_id}/evidence", Page[RequirementShape], *_REVIEWERS)
def list_review_evidence(request: Request, version_id: str) -> Page[RequirementShape]:
    """The four requirements of the marketplace, each with what shows that it is met."""
    return whole(list_evidence(get_reviewed_version(request.caller.operator, version_id)), RequirementShape.of)


@operator_routes.reads("/operator/apps/{app_id}/waivers", Page[WaiverShape], *_REVIEWERS)
def list_app_waivers(request: Request, app_id: str) -> Page[WaiverShape]:
    """Every waiver of an app, newest first, also those that are over."""
    by = request.caller.operator
    return whole(list_waivers(by, get_reviewed_app(by, app_id)), WaiverShape.of)


@operator_routes.creates("/operator/apps/{app_id}/waivers", WaiverShape, *_REVIEWERS)
def grant_waiver(request: Request, app_id: str, body: WaiverBody) -> WaiverShape:
    """Lets a check's findings not count for an app until the end of a day, for every version."""
    by = request.caller.operator
    waiver = actions.grant_waiver(
        actor=request.caller.actor,
        by=by,
        app=get_reviewed_app(by, app_id),
        check_id=body.check,
        reason=body.reason,
        ends_on=body.ends_on,
    )
    return WaiverShape.of(waiver)


@operator_routes.does("/operator/waivers/{waiver_id}/withdraw", WaiverShape, *_REVIEWERS)
def withdraw_waiver(request: Request, waiver_id: str) -> WaiverShape:
    """The check counts again from now on."""
    by = request.caller.operator
    waiver = get_waiver(by, waiver_id)
    return WaiverShape.of(actions.withdraw_waiver(actor=request.caller.actor, by=by, waiver=waiver))
