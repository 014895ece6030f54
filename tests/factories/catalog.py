"""Apps, versions, plans and pictures. Rows are written directly: a test of an action calls the action itself."""

from __future__ import annotations

from io import BytesIO
from itertools import count
from typing import Any

from PIL import Image
from tests.factories.partners import make_partner

from fondaco.catalog.models import (
    App,
    Category,
    LicenceModel,
    ListingContent,
    Plan,
    PlanType,
    Screenshot,
    TechnicalContent,
    Version,
)
from fondaco.catalog.states import ListingStatus, TechnicalStatus
from fondaco.partners.models import Partner

_numbers = count(1)


def picture(width: int = 512, height: int = 512, *, kind: str = "PNG") -> bytes:
    """The bytes of a real picture."""
    buffer = BytesIO()
    Image.new("RGB", (width, height), (10, 140, 100)).save(buffer, kind)
    return buffer.getvalue()


def make_category(slug: str = "payments-security", name: str = "Payments & Security") -> Category:
    """A shelf of the marketplace; the same one when it is there already."""
    return Category.objects.get_or_create(slug=slug, defaults={"name": name})[0]


def make_app(partner: Partner | None = None, *, name: str = "Ledgerline") -> App:
    """An app; a number is added when the name is taken."""
    if App.objects.filter(name=name).exists():
        name = f"{name} {next(_numbers)}"
    return App.objects.create(
        partner=partner or make_partner(),
        name=name,
        slug=name.lower().replace(" ", "-"),
        icon="icons/test.png",
        technical_email="dev@ledgerline.example",
        support_email="support@ledgerline.example",
    )


def make_version(
    app: App | None = None,
    *,
    name: str = "1.0.0",
    technical: TechnicalStatus = TechnicalStatus.DRAFT,
    listing: ListingStatus = ListingStatus.DRAFT,
    is_complete: bool = True,
    **technical_fields: Any,
) -> Version:
    """A version with both contents in these states, a trial plan and, when complete, all that a submission needs."""
    version = Version.objects.create(app=app or make_app(), name=name, created_by="Mara Lind")
    content = {**(_TECHNICAL if is_complete else {}), **technical_fields}
    TechnicalContent.objects.create(version=version, status=technical.value, **content)
    listing_content = ListingContent.objects.create(
        version=version, status=listing.value, **({**_LISTING, "display_name": version.app.name} if is_complete else {})
    )
    make_plan(version, name="Trial", type=PlanType.TRIAL.value, price_minor=0)
    if is_complete:
        make_plan(version)
        listing_content.categories.add(make_category())
        Screenshot.objects.create(
            listing=listing_content, image="screenshots/test.png", alternative_text="An open invoice beside a call"
        )
    return version


def make_published_version(app: App | None = None, **overrides: Any) -> Version:
    """A version that customers can find and install."""
    return make_version(app, technical=TechnicalStatus.AVAILABLE, listing=ListingStatus.ADVERTISED, **overrides)


def make_plan(version: Version, **overrides: Any) -> Plan:
    """A paid plan: Team, $18 per seat and month, 2 to 50 seats, unless overridden."""
    fields: dict[str, Any] = {
        "type": PlanType.PAID.value,
        "model": LicenceModel.PER_SEAT.value,
        "name": "Team",
        "summary": "Everything, for every agent",
        "price_minor": 1800,
        "position": version.plans.count(),
        **overrides,
    }
    if fields["type"] == PlanType.PAID.value:
        fields = {"min_licences": 2, "max_licences": 50, **fields}
    return Plan.objects.create(version=version, **fields)


_TECHNICAL: dict[str, Any] = {
    "events_callback_url": "https://app.ledgerline.example/events",
    "standalone_url": "https://app.ledgerline.example/start",
    "redirect_urls": ["https://app.ledgerline.example/sso/cb"],
    "scopes": ["account:read", "users:read", "contacts:write"],
    "scope_reasons": {"contacts:write": "to add the customer number after a payment"},
}
_LISTING: dict[str, Any] = {
    "summary": "Invoices and payments inside the call, without leaving the conversation.",
    "description": "Agents see **open invoices** next to the caller.",
    "support_email": "support@ledgerline.example",
    "privacy_url": "https://ledgerline.example/privacy",
    "terms_url": "https://ledgerline.example/terms",
}
