"""Screenshots of a listing: adding, describing, ordering and removing them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from fondaco.audit.actor import Actor
from fondaco.catalog.actions.offers import lock_listing, next_position, one_error, record_piece
from fondaco.catalog.errors import ScreenshotsChanged
from fondaco.catalog.images import Crop, digest_of, store_screenshot
from fondaco.catalog.models import Screenshot, Version
from fondaco.catalog.policies import check_can_edit
from fondaco.catalog.states import Track
from fondaco.catalog.validation import FieldProblems
from fondaco.partners.models import Member

MAX_SCREENSHOTS: Final = 8


def add_screenshot(
    *,
    actor: Actor,
    by: Member,
    version: Version,
    image: bytes,
    alternative_text: str,
    crop: Crop | None = None,
) -> Screenshot:
    """Adds a picture to the listing, or the part of it that ``crop`` names.

    ``alternative_text`` says in words what it shows.
    """
    check_can_edit(by, version, Track.LISTING)
    found = FieldProblems()
    text = found.text("alternative_text", alternative_text, least=1, most=200)
    if not image:
        found.add("image", _("Choose a picture."))
    found.raise_if_any()
    key = store_screenshot(image, crop)
    with transaction.atomic(durable=True):
        version = lock_listing(by, version)
        screenshots = version.listing.screenshots
        if screenshots.count() >= MAX_SCREENSHOTS:
            raise one_error("image", _("A listing can have at most %(most)d screenshots.") % {"most": MAX_SCREENSHOTS})
        screenshot = Screenshot.objects.create(
            listing=version.listing,
            image=key,
            image_digest=digest_of(image),
            alternative_text=text,
            position=next_position(screenshots.all()),
        )
        record_piece(version, actor, part="screenshots", change="added", name=text)
    return screenshot


def describe_screenshot(*, actor: Actor, by: Member, screenshot: Screenshot, alternative_text: str) -> Screenshot:
    """Changes the words that stand for a picture."""
    with transaction.atomic(durable=True):
        version = lock_listing(by, screenshot.listing.version)
        found = FieldProblems()
        text = found.text("alternative_text", alternative_text, least=1, most=200)
        found.raise_if_any()
        screenshot.alternative_text = text
        screenshot.save(update_fields=["alternative_text"])
        record_piece(version, actor, part="screenshots", change="edited", name=text)
    return screenshot


def order_screenshots(*, actor: Actor, by: Member, version: Version, screenshots: Sequence[UUID]) -> list[Screenshot]:
    """Puts the pictures into this order; the first one is shown largest.

    All of them have to be named once, else :class:`ScreenshotsChanged`: somebody added or removed one meanwhile.
    """
    with transaction.atomic(durable=True):
        version = lock_listing(by, version)
        known = {picture.pk: picture for picture in version.listing.screenshots.all()}
        if sorted(known) != sorted(screenshots):
            raise ScreenshotsChanged
        ordered = [known[key] for key in screenshots]
        for position, picture in enumerate(ordered):
            picture.position = position
        Screenshot.objects.bulk_update(ordered, ["position"])
        names = ", ".join(picture.alternative_text for picture in ordered)
        record_piece(version, actor, part="screenshots", change="ordered", name=names)
    return ordered


def remove_screenshot(*, actor: Actor, by: Member, screenshot: Screenshot) -> None:
    """Takes a picture off the listing. The file stays: another version may show it."""
    with transaction.atomic(durable=True):
        version = lock_listing(by, screenshot.listing.version)
        screenshot.delete()
        record_piece(version, actor, part="screenshots", change="removed", name=screenshot.alternative_text)
