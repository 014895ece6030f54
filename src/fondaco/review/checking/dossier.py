"""The dossier: all that checks are given about a version, read once. Nothing in it is ever saved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Final

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection

from fondaco.catalog.models import App, ListingContent, Plan, TechnicalContent, Version
from fondaco.catalog.queries import missing_fields
from fondaco.catalog.states import TechnicalStatus, Track
from fondaco.review.checking.pictures import Picture
from fondaco.review.models import IconPrint

ICON_ALIKE: Final = 6  # bits of 64 in which two icons may differ and still look the same
_NAME_ALIKE: Final = 0.85
_PLAIN: Final = 4.0  # an icon with less contrast resembles every other plain one
# Versions that nobody submitted are nobody's rival yet.
_ALIKE_ICONS: Final = """
    SELECT DISTINCT app.name FROM review_iconprint print JOIN catalog_app app ON app.icon = print.icon
    WHERE app.partner_id <> %s AND bit_count((print.bits # %s)::bit(64)) <= %s
      AND EXISTS (SELECT 1 FROM catalog_version version JOIN review_submission submission
                  ON submission.version_id = version.id WHERE version.app_id = app.id)
    ORDER BY app.name LIMIT 5
"""


@dataclass(frozen=True)
class Dossier:
    """``missing`` is what each track lacks, by field; ``predecessor`` names the version that customers had before.

    ``alike_names`` and ``alike_icons`` name other partners' apps. ``platform_names`` are to be written exactly so.
    """

    app: App
    version: Version
    technical: TechnicalContent
    listing: ListingContent
    icon: Picture
    plans: tuple[Plan, ...] = ()
    screenshots: tuple[Picture, ...] = ()
    missing: Mapping[Track, Mapping[str, str]] = field(default_factory=dict)
    predecessor: str = ""
    alike_names: tuple[str, ...] = ()
    alike_icons: tuple[str, ...] = ()
    platform_names: tuple[str, ...] = ()

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """The icon and all screenshots."""
        return (self.icon, *self.screenshots)

    def texts(self) -> Iterator[tuple[str, str]]:
        """Every text that a person typed and others may read, with its field; test credentials are not among them."""
        technical, listing = self.technical, self.listing
        yield "listing.display_name", listing.display_name
        yield "listing.summary", listing.summary
        yield "listing.description", listing.description
        yield "technical.release_notes", technical.release_notes
        yield "technical.test_instructions", technical.test_instructions
        for reason in technical.scope_reasons.values():
            yield "technical.scopes", reason
        for plan in self.plans:
            yield "plans", "\n".join((plan.name, plan.summary, plan.description))
        for picture in self.screenshots:
            yield "screenshots", picture.alternative_text

    def technical_urls(self) -> Iterator[tuple[str, str]]:
        """The addresses of the partner's program, with their fields."""
        technical = self.technical
        yield "technical.events_callback_url", technical.events_callback_url
        yield "technical.standalone_url", technical.standalone_url
        for url in technical.redirect_urls:
            yield "technical.redirect_urls", url
        yield "technical.backchannel_logout_url", technical.backchannel_logout_url

    def listing_urls(self) -> Iterator[tuple[str, str]]:
        """The addresses that customers read, with their fields."""
        listing = self.listing
        yield "app.website", self.app.website
        for name in ("video_url", "support_url", "docs_url", "privacy_url", "terms_url"):
            yield f"listing.{name}", getattr(listing, name)


def read_dossier(version: Version) -> Dossier:
    """Reads everything about a version that has app, partner and contents loaded; eight queries, and the pictures."""
    app, technical, listing = version.app, version.technical, version.listing
    icon = Picture("app.icon", _read_file(app.icon))
    return Dossier(
        app=app,
        version=version,
        technical=technical,
        listing=listing,
        icon=icon,
        plans=tuple(version.plans.all()),
        screenshots=tuple(
            Picture("screenshots", _read_file(shot.image), shot.alternative_text) for shot in listing.screenshots.all()
        ),
        missing={track: missing_fields(version, track) for track in Track},
        predecessor=_find_predecessor(version),
        alike_names=tuple(_alike_names(app)),
        alike_icons=tuple(_alike_icons(app, icon)),
        platform_names=tuple(settings.PLATFORM_NAMES),
    )


def _read_file(key: str) -> bytes | None:
    try:
        with default_storage.open(key) as file:
            content: bytes = file.read()
            return content
    except (OSError, ValueError):
        return None


def _find_predecessor(version: Version) -> str:
    public = [TechnicalStatus.AVAILABLE, TechnicalStatus.DEPRECATED]
    earlier = Version.objects.filter(app_id=version.app_id, technical__status__in=public, pk__lt=version.pk)
    return earlier.order_by("-pk").values_list("name", flat=True).first() or ""


def _alike_names(app: App) -> list[str]:
    matcher = SequenceMatcher(b=_plain(app.name), autojunk=False)
    found = []
    for name in App.objects.exclude(partner_id=app.partner_id).order_by("name").values_list("name", flat=True):
        matcher.set_seq1(_plain(name))
        # Each is an upper bound of the next and much quicker than it.
        if matcher.real_quick_ratio() >= _NAME_ALIKE and matcher.quick_ratio() >= _NAME_ALIKE <= matcher.ratio():
            found.append(name)
    return found[:5]


def _plain(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())


def _alike_icons(app: App, icon: Picture) -> list[str]:
    if icon.image is None or icon.contrast < _PLAIN:
        return []
    IconPrint.objects.bulk_create([IconPrint(icon=app.icon, bits=icon.signed_print)], ignore_conflicts=True)
    with connection.cursor() as cursor:
        cursor.execute(_ALIKE_ICONS, [app.partner_id, icon.signed_print, ICON_ALIKE])
        return [row[0] for row in cursor.fetchall()]
