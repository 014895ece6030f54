"""Registering an app and changing its own details."""

from __future__ import annotations

from dataclasses import asdict

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from fondaco.accounts.permissions import Permission
from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.catalog import events
from fondaco.catalog.cleaning import clean_details
from fondaco.catalog.content import AppDetails
from fondaco.catalog.errors import IconLocked, SlugLocked
from fondaco.catalog.images import Crop, digest_of, store_icon
from fondaco.catalog.models import App
from fondaco.catalog.policies import check_can, check_revision, is_icon_locked, is_slug_locked
from fondaco.catalog.validation import SLUG, FieldProblems
from fondaco.kit.errors import Forbidden, Invalid
from fondaco.kit.ids import new_slug
from fondaco.partners.models import Member


def register_app(
    *,
    actor: Actor,
    by: Member,
    name: str,
    icon: bytes,
    details: AppDetails | None = None,
    crop: Crop | None = None,
) -> App:
    """Registers an app of the member's partner. ``name`` wins over the name in ``details``.

    ``crop`` names the square of the picture to keep; without it that is the largest one in the middle.

    Raises :class:`Invalid` with all fields that cannot be accepted; a refused icon is not stored.
    """
    if not by.can(Permission.PARTNER_APPS_EDIT):
        raise Forbidden
    clean = _clean(AppDetails(name) if details is None else AppDetails(**{**asdict(details), "name": name}), app=None)
    key = store_icon(icon, crop)  # file storage may be the network, so before the transaction
    with transaction.atomic(durable=True):
        app = App(partner=by.partner, icon=key, icon_digest=digest_of(icon), **clean)
        _save(app)
        record(events.APP_REGISTERED, app, actor=actor, partner_id=app.partner_id, data={"name": app.name})
    return app


def change_app(
    *,
    actor: Actor,
    by: Member,
    app: App,
    details: AppDetails,
    revision: int | None = None,
    icon: bytes | None = None,
    crop: Crop | None = None,
) -> App:
    """Changes an app's own details, and its icon when one is given.

    ``revision`` is the one that the editor began from; when someone saved since, :class:`RevisionConflict`.
    Raises :class:`IconLocked` or :class:`SlugLocked` once these are public (DOMAIN 5.2).
    """
    check_can(by, app, Permission.PARTNER_APPS_EDIT)
    clean = _clean(details, app=app)
    if icon and is_icon_locked(app):
        raise IconLocked
    key = store_icon(icon, crop) if icon else ""
    with transaction.atomic(durable=True):
        app = App.objects.select_for_update().get(pk=app.pk)
        check_revision(app, revision)
        if key and is_icon_locked(app):
            raise IconLocked
        if clean["slug"] != app.slug and is_slug_locked(app):
            raise SlugLocked
        changed = sorted(name for name, value in clean.items() if getattr(app, name) != value)
        for name, value in clean.items():
            setattr(app, name, value)
        if icon and key != app.icon:
            app.icon = key
            changed.append("icon")
        if icon:
            app.icon_digest = digest_of(icon)
        app.note_save(by.person.name)
        _save(app)
        record(events.APP_CHANGED, app, actor=actor, partner_id=app.partner_id, data={"fields": changed})
    return app


def _clean(details: AppDetails, *, app: App | None) -> dict[str, str]:
    found = FieldProblems()
    clean = clean_details(found, details)
    name = clean["name"]
    if not clean["slug"] and name:
        clean["slug"] = app.slug if app else _free_slug(name)
    others = App.objects.exclude(pk=app.pk) if app else App.objects.all()
    if name and others.filter(name__iexact=name).exists():
        found.add("name", _("Another app is already called “%(name)s”.") % {"name": name})
    if others.filter(slug=clean["slug"]).exists():
        found.add("slug", _("Another app already has this address."))
    found.raise_if_any()
    return clean


def _free_slug(name: str) -> str:
    """The name as an address; a number is added when it is taken or too short."""
    base = new_slug(name, max_length=46)
    taken = set(App.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    numbers = (f"{base}-{number}" for number in range(2, len(taken) + 3))
    return next(slug for slug in (base, *numbers) if slug not in taken and SLUG.fullmatch(slug))


def _save(app: App) -> None:
    try:
        with transaction.atomic():
            app.save()
    except IntegrityError as error:  # someone took the name between our look and our write
        raise Invalid(fields={"name": [_("Another app already has this name or address.")]}) from error
