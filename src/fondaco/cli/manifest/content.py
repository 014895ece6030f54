"""What a ``fondaco.toml`` says, in the words of the management API, so that it can be compared with a house."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from fondaco.cli.manifest.lines import Key
from fondaco.cli.manifest.shapes import Manifest, MeterPart, PlanPart

Fields = Mapping[str, Any]
Plans = Mapping[str, Fields]

APP_FIELDS: Final = (
    "name",
    "slug",
    "website",
    "technical_email",
    "support_email",
    "billing_email",
    "security_email",
)
TECHNICAL_FIELDS: Final = (
    "events_callback_url",
    "standalone_url",
    "redirect_urls",
    "scopes",
    "scope_reasons",
    "data_fields",
    "receives_user_logout",
    "backchannel_logout_url",
    "is_manually_provisioned",
    "are_credentials_claimed",
    "id_token_signed_response_alg",
    "release_notes",
    "test_instructions",
)
LISTING_FIELDS: Final = (
    "display_name",
    "summary",
    "description",
    "categories",
    "video_url",
    "support_url",
    "support_email",
    "docs_url",
    "privacy_url",
    "terms_url",
)
PLAN_FIELDS: Final = (
    "name",
    "price_minor",
    "model",
    "summary",
    "description",
    "min_licences",
    "max_licences",
    "meter",
)
_MICROS: Final = 6
_CENTS: Final = 2


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture here or in a house. ``digest`` is the SHA-256 of the file as it was handed in, "" when unknown.

    A house encodes pictures anew; ``stored`` is the beginning of the SHA-256 of what it made, so that a picture which
    was fetched from there is known as well. ``data`` is empty for those that are in the house.
    """

    name: str
    digest: str
    alternative_text: str = ""
    stored: str = ""
    data: bytes = field(default=b"", repr=False)

    def is_same_image(self, here: Picture) -> bool:
        """Whether this one, in the house, is the file ``here``."""
        return here.digest == self.digest or (bool(self.stored) and here.digest.startswith(self.stored))

    def is_same(self, here: Picture) -> bool:
        """The same image with the same words."""
        return self.alternative_text == here.alternative_text and self.is_same_image(here)


@dataclass(frozen=True, slots=True)
class Content:
    """All of an app and one version. A part that is None is not spoken of."""

    app: Fields
    icon: Picture
    version_name: str
    technical: Fields | None
    listing: Fields | None
    screenshots: Sequence[Picture]
    plans: Plans | None


def content_of(manifest: Manifest, *, description: str, icon: Picture, screenshots: Sequence[Picture]) -> Content:
    """``description`` and the pictures were read from their files before."""
    return Content(
        app=_app(manifest),
        icon=icon,
        version_name=manifest.version.name,
        technical=_technical(manifest),
        listing=_listing(manifest, description),
        screenshots=screenshots,
        plans=None if manifest.plans is None else {plan.name: _plan(plan) for plan in manifest.plans},
    )


def key_of(part: str, name: str) -> Key:
    """Where ``fondaco.toml`` says what the API calls ``name`` of ``part``."""
    if part == "app" and name.endswith("_email"):
        return ("app", "contacts", name.removesuffix("_email"))
    if part == "technical" and name == "scope_reasons":
        return ("technical", "scopes")
    if part == "technical" and name == "test_credentials":
        return ("technical", "test_credentials_env")
    if part == "technical" and name == "version_name":
        return ("version", "name")
    return (part, name)


def _app(manifest: Manifest) -> Fields:
    app, contacts = manifest.app, manifest.app.contacts
    return {
        "name": app.name,
        "slug": app.slug,
        "website": app.website,
        "technical_email": contacts.technical,
        "support_email": contacts.support,
        "billing_email": contacts.billing,
        "security_email": contacts.security,
    }


def _technical(manifest: Manifest) -> Fields | None:
    if manifest.technical is None:
        return None
    given = manifest.technical.model_dump(exclude={"scopes", "test_credentials_env"})
    scopes = manifest.technical.scopes
    return {
        **given,
        "scopes": [scope.name for scope in scopes],
        "scope_reasons": {scope.name: scope.reason for scope in scopes if scope.reason},
    }


def _listing(manifest: Manifest, description: str) -> Fields | None:
    if manifest.listing is None:
        return None
    given = manifest.listing.model_dump(exclude={"description_file", "screenshots"})
    return {**given, "description": description}


def _plan(plan: PlanPart) -> Fields:
    given = plan.model_dump(exclude={"price", "currency", "meter"})
    meter = None if plan.meter is None else _meter(plan.meter)
    return {**given, "price_minor": _shift(plan.price, _CENTS), "meter": meter}


def _meter(meter: MeterPart) -> Fields:
    return {
        "unit": meter.unit,
        "price_micros": _shift(meter.price, _MICROS),
        "included": meter.included,
        "cap_minor": None if meter.cap is None else _shift(meter.cap, _CENTS),
    }


def _shift(amount: str, places: int) -> int:
    return int(Decimal(amount).scaleb(places))
