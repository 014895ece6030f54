"""What the wire says about each thing (DOMAIN 2.2 to 2.7, 9.2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.conf import settings

from fondaco.accounts.models import Account, User
from fondaco.catalog.models import Plan, PlanType
from fondaco.catalog.scopes import IMPLICIT
from fondaco.installs.models import AutoInstallRule, Installation, Trial
from fondaco.installs.queries import get_open_operation
from fondaco.installs.rules import rules_to_be
from fondaco.installs.snapshots import Rule
from fondaco.installs.states import InstallationStatus
from fondaco.messaging.models import EventSigningKey, SigningAlgorithm
from fondaco.messaging.payloads import installation_path, timestamp
from fondaco.messaging.signing import SERVED_AFTER_RETIREMENT, public_forms
from fondaco.surfaces.api.wire.answers import Json, link

_EMAILS = ("technical", "support", "billing", "security")


def app(installation: Installation) -> Json:
    """The app as this installation has it: contents and plans of the installed version."""
    version, owner = installation.version, installation.app
    technical, listing = version.technical, version.listing
    path = f"/apps/{owner.pk.hex}"
    return {
        "id": owner.pk.hex,
        "app_type": owner.app_type,
        "name": owner.name,
        "display_name": listing.display_name or owner.name,
        "slug": owner.slug,
        "listing_summary": listing.summary,
        "description": listing.description,
        "notes": technical.release_notes,
        "version_number": version.name,
        "render": "portal",
        "created_type": owner.partner.name,
        "sandbox": installation.account.is_sandbox,
        "scopes_reason": "\n".join(f"{scope}: {why}" for scope, why in sorted(technical.scope_reasons.items())),
        "emails": [
            {"type": kind, "email": address} for kind in _EMAILS if (address := getattr(owner, f"{kind}_email"))
        ],
        "assets": _assets(installation),
        "urls": _urls(installation),
        "subscription_types": [plan(each, created_by=version.created_by) for each in version.plans.all()],
        "scopes": [*IMPLICIT, *technical.scopes],
        "_links": {"self": link(path), "installations": link(f"{path}/installations")},
    }


def plan(offered: Plan, *, created_by: str) -> Json:
    """A plan. ``price`` is in whole units, or in cents when it is not whole; ``price_minor`` is always exact."""
    return {
        "type": PlanType(offered.type).value,
        "license_type": "individual" if offered.is_per_seat else "universal",
        "name": offered.name,
        "price": _price(offered),
        "price_minor": offered.price_minor,
        "currency": offered.currency,
        "description": offered.description,
        "listing_summary": offered.summary,
        "min_licenses": offered.min_licences,
        "max_licenses": offered.max_licences,
        "created_by": created_by,
    }


def installation(installed: Installation) -> Json:
    """An installation with who made it and where it stands."""
    path = installation_path(installed)
    parts = ("users", "subscription", "state", "trial")
    return {
        "id": installed.pk.hex,
        "app_id": installed.app_id.hex,
        "account_id": installed.account_id,
        "scopes": installed.client.scopes,
        "auto_provision_filters": _filters(installed),
        "created_at": timestamp(installed.created_at),
        "_embedded": {"created_by": user(installed.installed_by), "state": state(installed)},
        "_links": {
            "self": link(path),
            **{part: link(f"{path}/{part}") for part in parts},
            "app": link(f"/apps/{installed.app_id.hex}"),
            "account": link("/account"),
        },
    }


def rules(found: Iterable[AutoInstallRule]) -> list[Json]:
    """Who gets a licence without being picked."""
    return [{"filter": rule.filter, "match": rule.match} for rule in found]


def kept_rules(found: Iterable[Rule]) -> list[Json]:
    """The same of a snapshot, which keeps no order of names."""
    return [{"filter": rule["filter"], "match": rule["match"]} for rule in found]


def _filters(installed: Installation) -> list[Json]:
    """The rules, while a change is open as they will be, as with users."""
    is_changing = installed.status == InstallationStatus.PENDING
    operation = get_open_operation(installed) if is_changing else None
    return kept_rules(rules_to_be(installed, operation).rules)


def state(installed: Installation) -> Json:
    """Where an installation stands, and the last words about it."""
    return {
        "state": installed.status,
        "reason": installed.reason,
        "updated_at": timestamp(installed.status_changed_at),
        "_links": {"self": link(f"{installation_path(installed)}/state")},
    }


def credentials(installed: Installation, client_id: str, state: str) -> Json:
    """Where one set of credentials stands."""
    return {
        "state": state,
        "_links": {"self": link(f"{installation_path(installed)}/credentials/{client_id}/state")},
    }


def subscription(installed: Installation) -> Json:
    """The plan in force and how many licences were bought."""
    return {
        **plan(installed.plan, created_by=installed.version.created_by),
        "id": installed.plan_id.hex,
        "total_licenses": installed.total_licences,
        "_links": {"self": link(f"{installation_path(installed)}/subscription")},
    }


def trial(tried: Trial, installed: Installation) -> Json:
    """A trial: pending until the partner approves, then active, then ended."""
    path = installation_path(installed)
    return {
        "state": tried.status,
        "started_at": _moment(tried.started_at),
        "expires_at": _moment(tried.expires_at),
        "ended_at": _moment(tried.ended_at),
        "ended_reason": tried.ended_reason or None,
        "subscription_name": tried.subscription_name,
        "_links": {"self": link(f"{path}/trial"), "installation": link(path)},
    }


def user(person: User) -> Json:
    """A user of the account. ``gender`` is part of the protocol; nobody is asked for it here."""
    return {
        "id": person.pk,
        "email": person.person.email,
        "name": person.person.name,
        "active": person.is_active,
        "gender": None,
        "extension": person.extension,
        "external_phone_number": person.external_phone_number or None,
        "created_at": timestamp(person.created_at),
        "_links": {"self": link(f"/users/{person.pk}")},
    }


def user_info(person: User) -> Json:
    """Who signed in to the app (DOMAIN 3.5)."""
    return {
        "id": person.pk,
        "sub": person.pk,
        "name": person.person.name,
        "email": person.person.email,
        "_links": {"self": link(f"/users/{person.pk}")},
    }


def account(owner: Account) -> Json:
    """The account that the program has access to."""
    return {
        "id": owner.pk,
        "name": owner.name,
        "company_name": owner.company_name,
        "timezone": owner.timezone,
        "created_at": timestamp(owner.created_at),
        "_links": {"self": link("/account"), "users": link("/users")},
    }


def signature_key(row: EventSigningKey) -> Json:
    """A key that verifies deliveries (DOMAIN 1.6); a setting says which form ``public_key`` has.

    An Ed25519 key is in the form of Standard Webhooks, too.
    """
    forms = public_forms(row)
    is_ecdsa = row.algorithm == SigningAlgorithm.ECDSA
    return {
        "id": row.pk.hex,
        "algorithm": row.algorithm,
        "digest": "sha512" if is_ecdsa else None,
        "curve": "secp256r1" if is_ecdsa else "ed25519",
        "public_key": forms.raw if settings.SIGNATURE_PUBLIC_KEY_FORM == "raw" else forms.spki,
        "public_key_raw": forms.raw,
        "pem": forms.pem,
        **({"standard_webhooks": forms.standard} if forms.standard else {}),
        "created_at": timestamp(row.created_at),
        "expires_at": timestamp(row.retired_at + SERVED_AFTER_RETIREMENT) if row.retired_at else None,
        "_links": {"self": link(f"/events/signature-keys/{row.pk.hex}")},
    }


def signature_keys(rows: Sequence[EventSigningKey]) -> Json:
    """All that are served, an extension."""
    return {
        "total": len(rows),
        "_embedded": {"signature_keys": [signature_key(row) for row in rows]},
        "_links": {"self": link("/events/signature-keys")},
    }


def _assets(installed: Installation) -> list[Json]:
    listing = installed.version.listing
    icon = {"type": "icon", "description": installed.app.name, "url": f"{settings.SITE_URL}{installed.app.icon_url}"}
    shots = [
        {"type": "screenshot", "description": shot.alternative_text, "url": f"{settings.SITE_URL}{shot.url}"}
        for shot in listing.screenshots.all()
    ]
    video = [{"type": "video", "description": listing.summary, "url": listing.video_url}] if listing.video_url else []
    return [icon, *shots, *video]


def _urls(installed: Installation) -> list[Json]:
    technical, listing = installed.version.technical, installed.version.listing
    urls = [
        *(("redirect_uri", url) for url in technical.redirect_urls),
        ("installation_subscription", technical.events_callback_url),
        ("launch_url", technical.standalone_url),
        ("privacy_policy", listing.privacy_url),
        ("terms_of_service", listing.terms_url),
        ("app_source", installed.app.website),
    ]
    return [{"type": kind, "url": url} for kind, url in urls if url]


def _price(offered: Plan) -> int:
    whole = offered.price.decimal
    return int(whole) if whole == whole.to_integral_value() else offered.price_minor


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else timestamp(moment)
