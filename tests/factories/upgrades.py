"""A newer version of an app, and an account's consent to it."""

from __future__ import annotations

from typing import Any

from tests.factories.accounts import actor_for
from tests.factories.catalog import make_published_version

from fondaco.catalog.models import Plan, Version
from fondaco.installs.actions import Consent, upgrade_app
from fondaco.installs.models import Installation, Operation
from fondaco.installs.upgrades import get_upgrade

NEW_HOST = "https://next.ledgerline.example"


def make_newer(installation: Installation, **fields: Any) -> Version:
    """Version 2.0.0 of the installed app at another host: it may read recordings, and no longer write contacts."""
    content: dict[str, Any] = {
        "name": "2.0.0",
        "events_callback_url": f"{NEW_HOST}/events",
        "standalone_url": f"{NEW_HOST}/start",
        "redirect_urls": [f"{NEW_HOST}/sso/cb"],
        "scopes": ["account:read", "users:read", "recordings:read"],
        "scope_reasons": {"recordings:read": "to find the call of an invoice"},
        "release_notes": "Invoices know their calls.",
        **fields,
    }
    return make_published_version(installation.app, **content)


def agree(installation: Installation, *, plan: Plan | str = "", **overrides: Any) -> Operation:
    """The installer agrees to what they are offered."""
    by = installation.installed_by
    found = get_upgrade(by, installation)
    chosen = found.version.plans.get(name=plan) if isinstance(plan, str) and plan else plan or found.suggested
    fields: dict[str, Any] = {
        "actor": actor_for(by.person),
        "by": by,
        "installation": installation,
        "version": found.version,
        "plan": chosen,
        "consent": Consent(tuple(found.version.technical.scopes), found.consent),
        "seen": found.mark,
        **overrides,
    }
    return upgrade_app(**fields)
