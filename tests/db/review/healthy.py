"""A version that every check finds in order, with its program really running."""

from __future__ import annotations

from tests.factories.catalog import make_app, make_version
from tests.factories.pictures import drawing, store
from tests.program import Program

from fondaco.catalog.models import App, Screenshot, Version
from fondaco.partners.models import Partner

DESCRIPTION = (
    "Agents see **open invoices** next to the caller, send a payment link in one click and watch it being paid.\n\n"
    "- No card data in recordings\n- Works with the books that you have"
)


def make_healthy_version(program: Program, partner: Partner | None = None, *, name: str = "Ledgerline") -> Version:
    """Ledgerline with everything that a submission and a reviewer could wish for."""
    app = make_app(partner, name=name)
    App.objects.filter(pk=app.pk).update(
        icon=store(f"icons/{app.pk.hex}.png", drawing()), security_email="security@ledgerline.example"
    )
    version = make_version(
        App.objects.get(pk=app.pk),
        events_callback_url=f"{program.url}/events",
        standalone_url=f"{program.url}/start",
        redirect_urls=[f"{program.url}/callback"],
        backchannel_logout_url=f"{program.url}/backchannel-logout",
        scopes=["account:read", "users:read", "contacts:read", "contacts:write"],
        scope_reasons={"contacts:write": "to add the customer number after a payment"},
        data_fields=["account.company_name", "user.name", "contact.name", "contact.phones"],
        receives_user_logout=True,
        test_instructions="Install it, open it from My Apps; the first page shows who you are.",
    )
    listing = version.listing
    listing.description = DESCRIPTION
    for kind in ("support", "docs", "privacy", "terms"):
        setattr(listing, f"{kind}_url", f"{program.url}/{kind}")
    listing.save()
    shot = store(f"screenshots/{version.pk.hex}.png", drawing(1280, 800))
    Screenshot.objects.filter(listing=listing).update(image=shot)
    return Version.objects.select_related("app__partner__developer_account", "technical", "listing").get(pk=version.pk)
