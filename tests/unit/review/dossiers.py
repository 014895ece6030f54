"""A dossier in which every check finds everything in order, without a database; tests change one thing of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.factories.pictures import drawing

from fondaco.accounts.models import Account
from fondaco.catalog.models import App, ListingContent, Plan, TechnicalContent, Version
from fondaco.partners.models import Partner
from fondaco.review.checking.dossier import Dossier
from fondaco.review.checking.pictures import Picture

HOST = "https://app.ledgerline.example"
ICON, SHOT = drawing(), drawing(1280, 800, seed=2)
TECHNICAL: dict[str, Any] = {
    "events_callback_url": f"{HOST}/events",
    "standalone_url": f"{HOST}/start",
    "redirect_urls": [f"{HOST}/callback"],
    "scopes": ["users:read", "contacts:read", "contacts:write"],
    "scope_reasons": {"contacts:write": "to add the customer number after a payment"},
    "data_fields": ["user.name", "contact.name", "contact.phones"],
    "receives_user_logout": True,
    "release_notes": "Invoices open twice as fast, and can be sent as PDF.",
    "test_instructions": "Install it and open it from My Apps; the first page shows who you are.",
}
LISTING: dict[str, Any] = {
    "display_name": "Ledgerline",
    "summary": "Invoices and payments inside the call, without leaving the conversation.",
    "description": "Agents see [open invoices](https://ledgerline.example/invoices) next to the caller, send a payment "
    "link in one click and watch it being paid. Card data never reaches them.",
    "privacy_url": "https://ledgerline.example/privacy",
    "terms_url": "https://ledgerline.example/terms",
}
TRIAL: dict[str, Any] = {"name": "Trial", "type": "trial"}
TEAM: dict[str, Any] = {"name": "Team", "type": "paid", "model": "per_seat", "price_minor": 18_00}


def make_dossier(
    *,
    technical: dict[str, Any] | None = None,
    listing: dict[str, Any] | None = None,
    app: dict[str, Any] | None = None,
    plans: tuple[dict[str, Any], ...] = (TRIAL, TEAM),
    **more: Any,
) -> Dossier:
    """The good one, with these fields instead of its own."""
    partner = Partner(name="Ledgerline GmbH", developer_account=Account(name="dev", company_name="Ledgerline (dev)"))
    contacts = {"technical_email": "dev@ledgerline.example", "security_email": "security@ledgerline.example"}
    made = App(**{"partner": partner, "name": "Ledgerline", **contacts, **(app or {})})
    version = Version(app=made, name="2.0.0")
    dossier = Dossier(
        app=made,
        version=version,
        technical=TechnicalContent(version=version, **{**TECHNICAL, **(technical or {})}),
        listing=ListingContent(version=version, **{**LISTING, **(listing or {})}),
        icon=Picture("app.icon", ICON),
        plans=tuple(Plan(version=version, **fields) for fields in plans),
        screenshots=(Picture("screenshots", SHOT, "An open invoice beside a call"),),
        predecessor="1.0.0",
        platform_names=("Fondaco", "AppConnect"),
    )
    return replace(dossier, **more)
