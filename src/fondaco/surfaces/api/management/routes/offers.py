"""Plans and screenshots of a version."""

from __future__ import annotations

from fondaco.accounts.permissions import Permission
from fondaco.catalog import actions
from fondaco.catalog.queries import get_plan, get_screenshot, get_version
from fondaco.surfaces.api.management.door import Place, Request, Routes
from fondaco.surfaces.api.management.pages import whole
from fondaco.surfaces.api.management.shapes.fields import Page
from fondaco.surfaces.api.management.shapes.offers import (
    DescriptionBody,
    OrderBody,
    PlanBody,
    PlanShape,
    ScreenshotBody,
    ScreenshotShape,
)

routes = Routes("Partner: plans and screenshots", Place.PARTNER, for_machines=True)


@routes.creates("/partners/{partner_id}/versions/{version_id}/plans", PlanShape, Permission.PARTNER_LISTING_EDIT)
def add_plan(request: Request, partner_id: str, version_id: str, body: PlanBody) -> PlanShape:
    """Adds a paid plan beside the trial."""
    by = request.caller.member
    version = get_version(by, version_id)
    return PlanShape.of(actions.add_plan(actor=request.caller.actor, by=by, version=version, fields=body.fields()))


@routes.replaces("/partners/{partner_id}/plans/{plan_id}", PlanShape, Permission.PARTNER_LISTING_EDIT)
def edit_plan(request: Request, partner_id: str, plan_id: str, body: PlanBody) -> PlanShape:
    """Changes a paid plan; its price is fixed once the version is available."""
    by = request.caller.member
    plan = get_plan(by, plan_id)
    edited = actions.edit_plan(
        actor=request.caller.actor, by=by, plan=plan, fields=body.fields(), revision=body.revision
    )
    return PlanShape.of(edited)


@routes.removes("/partners/{partner_id}/plans/{plan_id}", Permission.PARTNER_LISTING_EDIT)
def remove_plan(request: Request, partner_id: str, plan_id: str) -> None:
    """Removes a paid plan while the version is not available yet."""
    by = request.caller.member
    actions.remove_plan(actor=request.caller.actor, by=by, plan=get_plan(by, plan_id))


@routes.creates(
    "/partners/{partner_id}/versions/{version_id}/screenshots", ScreenshotShape, Permission.PARTNER_LISTING_EDIT
)
def add_screenshot(request: Request, partner_id: str, version_id: str, body: ScreenshotBody) -> ScreenshotShape:
    """Adds a picture to the listing."""
    by = request.caller.member
    screenshot = actions.add_screenshot(
        actor=request.caller.actor,
        by=by,
        version=get_version(by, version_id),
        image=body.image,
        alternative_text=body.alternative_text,
        crop=body.crop.crop() if body.crop else None,
    )
    return ScreenshotShape.of(screenshot)


@routes.replaces(
    "/partners/{partner_id}/versions/{version_id}/screenshots/order",
    Page[ScreenshotShape],
    Permission.PARTNER_LISTING_EDIT,
)
def order_screenshots(request: Request, partner_id: str, version_id: str, body: OrderBody) -> Page[ScreenshotShape]:
    """Puts the pictures of the listing into another order; all of them have to be named."""
    by = request.caller.member
    version = get_version(by, version_id)
    ordered = actions.order_screenshots(actor=request.caller.actor, by=by, version=version, screenshots=body.ids())
    return whole(ordered, ScreenshotShape.of)


@routes.replaces("/partners/{partner_id}/screenshots/{screenshot_id}", ScreenshotShape, Permission.PARTNER_LISTING_EDIT)
def describe_screenshot(
    request: Request, partner_id: str, screenshot_id: str, body: DescriptionBody
) -> ScreenshotShape:
    """Changes the words that stand for a picture."""
    by = request.caller.member
    screenshot = actions.describe_screenshot(
        actor=request.caller.actor,
        by=by,
        screenshot=get_screenshot(by, screenshot_id),
        alternative_text=body.alternative_text,
    )
    return ScreenshotShape.of(screenshot)


@routes.removes("/partners/{partner_id}/screenshots/{screenshot_id}", Permission.PARTNER_LISTING_EDIT)
def remove_screenshot(request: Request, partner_id: str, screenshot_id: str) -> None:
    """Takes a picture off the listing."""
    by = request.caller.member
    screenshot = get_screenshot(by, screenshot_id)
    actions.remove_screenshot(actor=request.caller.actor, by=by, screenshot=screenshot)
