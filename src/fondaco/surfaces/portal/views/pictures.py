"""Screenshots of a listing."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from fondaco.accounts.permissions import Permission
from fondaco.catalog import actions
from fondaco.catalog.policies import can_edit
from fondaco.catalog.queries import get_screenshot, get_version
from fondaco.catalog.states import Track
from fondaco.kit.errors import DomainError
from fondaco.surfaces.portal.forms.offers import DescriptionForm, ScreenshotForm
from fondaco.surfaces.site.access import requires
from fondaco.surfaces.site.forms import show_refusal
from fondaco.surfaces.site.viewer import HouseRequest


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PARTNER_LISTING_EDIT)
def screenshots(request: HouseRequest, version_id: str) -> HttpResponse:
    """The listing's pictures, and a form for one more."""
    member = request.viewer.member
    version = get_version(member, version_id)
    form, status = ScreenshotForm(), 200
    if request.method == "POST":
        form, status = ScreenshotForm(request.POST, request.FILES), 422
        if form.is_valid():
            try:
                actions.add_screenshot(
                    actor=request.viewer.actor,
                    by=member,
                    version=version,
                    image=form.image_bytes(),
                    alternative_text=form.cleaned_data["alternative_text"],
                    crop=form.crop(),
                )
            except DomainError as refusal:
                status = show_refusal(form, refusal)
            else:
                messages.success(request, _("The picture was added."))
                return redirect("portal:screenshots", version_id)
    return render(
        request,
        "portal/screenshots.html",
        {
            "version": version,
            "app": version.app,
            "form": form,
            "pictures": list(version.listing.screenshots.all()),
            "can_edit": can_edit(member, version, Track.LISTING),
        },
        status=status,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PARTNER_LISTING_EDIT)
def screenshot(request: HouseRequest, screenshot_id: str) -> HttpResponse:
    """The words that stand for a picture."""
    found = get_screenshot(request.viewer.member, screenshot_id)
    version = found.listing.version
    form, status = DescriptionForm(initial={"alternative_text": found.alternative_text}), 200
    if request.method == "POST":
        form, status = DescriptionForm(request.POST), 422
        if form.is_valid():
            try:
                actions.describe_screenshot(
                    actor=request.viewer.actor,
                    by=request.viewer.member,
                    screenshot=found,
                    alternative_text=form.cleaned_data["alternative_text"],
                )
            except DomainError as refusal:
                status = show_refusal(form, refusal)
            else:
                messages.success(request, _("Saved."))
                return redirect("portal:screenshots", version.pk.hex)
    context = {"picture": found, "version": version, "app": version.app, "form": form}
    return render(request, "portal/screenshot.html", context, status=status)


@require_POST
@requires(Permission.PARTNER_LISTING_EDIT)
def move(request: HouseRequest, screenshot_id: str) -> HttpResponse:
    """One place forward or back; ``to`` says which."""
    found = get_screenshot(request.viewer.member, screenshot_id)
    version = found.listing.version
    before = [picture.pk for picture in version.listing.screenshots.all()]
    after = _moved(before, found.pk, -1 if request.POST.get("to") == "front" else 1)
    actions.order_screenshots(actor=request.viewer.actor, by=request.viewer.member, version=version, screenshots=after)
    place = after.index(found.pk) + 1
    messages.success(request, _("The picture is number %(place)d now.") % {"place": place})
    return redirect("portal:screenshots", version.pk.hex)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PARTNER_LISTING_EDIT)
def remove_screenshot(request: HouseRequest, screenshot_id: str) -> HttpResponse:
    """Asks, then takes a picture off the listing."""
    found = get_screenshot(request.viewer.member, screenshot_id)
    version = found.listing.version
    if request.method == "POST":
        actions.remove_screenshot(actor=request.viewer.actor, by=request.viewer.member, screenshot=found)
        messages.success(request, _("The picture was removed."))
        return redirect("portal:screenshots", version.pk.hex)
    return render(request, "portal/remove_screenshot.html", {"picture": found, "version": version, "app": version.app})


def _moved(keys: list[UUID], key: UUID, by: int) -> list[UUID]:
    place = keys.index(key)
    target = min(max(place + by, 0), len(keys) - 1)
    rest = [other for other in keys if other != key]
    return [*rest[:target], key, *rest[target:]]
