"""Beginning a new version of an app."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from fondaco.accounts.permissions import Permission
from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.catalog import events
from fondaco.catalog.actions.transfers import lock_app
from fondaco.catalog.content import ListingFields, TechnicalFields
from fondaco.catalog.models import (
    App,
    LicenceModel,
    ListingContent,
    Plan,
    PlanType,
    Screenshot,
    TechnicalContent,
    Version,
)
from fondaco.catalog.policies import check_can
from fondaco.catalog.queries.apps import newest_version
from fondaco.catalog.validation import VERSION_NAME, FieldProblems
from fondaco.kit.errors import NotFound
from fondaco.partners.models import Member

_TECHNICAL_COPIED = {field.name for field in fields(TechnicalFields)} - {"release_notes", "version_name"}
_LISTING_COPIED = {field.name for field in fields(ListingFields)} - {"categories"}  # rows of their own
_PLAN_COPIED = (
    "type",
    "model",
    "name",
    "summary",
    "description",
    "price_minor",
    "currency",
    "min_licences",
    "max_licences",
    "meter_unit",
    "meter_price_micros",
    "meter_included",
    "meter_cap_minor",
    "position",
)


def create_version(*, actor: Actor, by: Member, app: App, name: str, source: Version | None = None) -> Version:
    """Begins a version at any time: a copy of ``source``, by default of the newest one.

    The first is empty but for its 30-day trial plan.
    """
    with transaction.atomic(durable=True):
        check_can(by, app, Permission.PARTNER_APPS_EDIT)
        if source is not None and source.app_id != app.pk:
            raise NotFound
        app = lock_app(app)  # one new version at a time
        check_can(by, app, Permission.PARTNER_APPS_EDIT)  # it may have been retired or handed over meanwhile
        source = source or newest_version(app)
        version = Version.objects.create(app=app, name=clean_version_name(app, name), created_by=by.person.name)
        if source is None:
            _start_empty(version)
        else:
            _copy(source, version)
        record(
            events.VERSION_CREATED,
            version,
            actor=actor,
            partner_id=app.partner_id,
            data={"name": version.name, "copied_from": source.name if source else ""},
        )
    return version


def clean_version_name(app: App, name: str, *, version: Version | None = None) -> str:
    """``name`` when it is well formed and free among the app's versions, else :class:`Invalid` for ``name``."""
    found = FieldProblems()
    clean = found.text("name", name, least=1, most=30)
    if clean and not VERSION_NAME.fullmatch(clean):
        found.add("name", _("Use letters, digits, dots and hyphens, for example 2.4.0."))
    elif any(other.pk != (version and version.pk) for other in app.versions.filter(name=clean)):
        found.add("name", _("This app already has a version %(name)s.") % {"name": clean})
    found.raise_if_any()
    return clean


def _start_empty(version: Version) -> None:
    TechnicalContent.objects.create(version=version)
    ListingContent.objects.create(version=version, display_name=version.app.name)
    length: timedelta = settings.TRIAL_LENGTH
    Plan.objects.create(
        version=version,
        type=PlanType.TRIAL.value,
        model=LicenceModel.PER_SEAT.value,
        name=_("Trial"),
        summary=_("%(days)d days, free of charge") % {"days": length.days},
    )


def _copy(source: Version, version: Version) -> None:
    technical, listing = source.technical, source.listing
    TechnicalContent.objects.create(version=version, **{name: getattr(technical, name) for name in _TECHNICAL_COPIED})
    copy = ListingContent.objects.create(version=version, **{name: getattr(listing, name) for name in _LISTING_COPIED})
    copy.categories.set(listing.categories.all())
    Screenshot.objects.bulk_create(
        Screenshot(
            listing=copy,
            image=picture.image,
            image_digest=picture.image_digest,
            alternative_text=picture.alternative_text,
            position=picture.position,
        )
        for picture in listing.screenshots.all()
    )
    Plan.objects.bulk_create(
        Plan(version=version, **{name: getattr(plan, name) for name in _PLAN_COPIED}) for plan in source.plans.all()
    )
