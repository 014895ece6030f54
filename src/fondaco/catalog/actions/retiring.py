"""The end of an app or a version for good. Steps: whether anybody still has it, a higher floor knows."""

from __future__ import annotations

from django.db import connection

from fondaco.accounts.permissions import Permission
from fondaco.audit.actor import Actor
from fondaco.audit.recording import record
from fondaco.audit.status import transition
from fondaco.catalog import events
from fondaco.catalog.actions.tracks import lock_tracks
from fondaco.catalog.actions.transfers import lock_app
from fondaco.catalog.errors import AlreadyRetired, InTransfer, NotDeprecated, StillInReview
from fondaco.catalog.models import App, Version
from fondaco.catalog.policies import check_can
from fondaco.catalog.queries.transfers import find_in_review, find_open_transfer
from fondaco.catalog.states import ListingStatus, TechnicalStatus
from fondaco.kit import clock
from fondaco.partners.models import Member

_HOLD = """
    SELECT v.retired_at IS NULL AND a.retired_at IS NULL
    FROM catalog_version v JOIN catalog_app a ON a.id = v.app_id WHERE v.id = %s FOR KEY SHARE
"""


def hold_version(version: Version) -> bool:
    """A step: keeps a version and its app from being retired until the commit; False when one of them is already.

    Orders of one app do not wait for each other here. The foreign key alone would not do: it is looked at last.
    """
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, [version.pk])
        return bool(cursor.fetchone()[0])


def begin_retiring_app(*, by: Member, app: App) -> App:
    """A step: holds the app, which nobody can install from here on until the commit, and says what keeps it."""
    locked = lock_app(app)
    if locked.partner_id == by.partner_id and locked.is_retired:
        raise AlreadyRetired(name=locked.name)
    check_can(by, locked, Permission.PARTNER_APPS_TRANSFER)
    if find_open_transfer(locked):
        raise InTransfer(app=locked.name)
    if version := find_in_review(locked):
        raise StillInReview(name=version.name)
    return locked


def retire_app(*, actor: Actor, app: App) -> App:
    """A step: leaves the marketplace with every version, for good. The name stays taken."""
    for version in app.versions.order_by("pk"):
        tracks = lock_tracks(version)
        if tracks.technical.status == TechnicalStatus.AVAILABLE:
            transition(tracks.technical, TechnicalStatus.DEPRECATED, actor=actor)
        if tracks.listing.status == ListingStatus.ADVERTISED:
            transition(tracks.listing, ListingStatus.DEPRECATED, actor=actor)
    app.retired_at = clock.now()
    app.save(update_fields=["retired_at"])
    record(events.APP_RETIRED, app, actor=actor, partner_id=app.partner_id, data={"app": app.name})
    return app


def begin_retiring_version(*, by: Member, version: Version) -> Version:
    """A step: holds a deprecated version, which nobody can have from here on until the commit."""
    check_can(by, version.app, Permission.PARTNER_APPS_TRANSFER)
    Version.objects.select_for_update().only("pk").get(pk=version.pk)
    locked = lock_tracks(version)
    check_can(by, locked.app, Permission.PARTNER_APPS_TRANSFER)
    if locked.retired_at is not None:
        raise AlreadyRetired(name=str(locked))
    if locked.technical.status != TechnicalStatus.DEPRECATED:
        raise NotDeprecated(name=locked.name)
    return locked


def retire_version(*, actor: Actor, version: Version) -> Version:
    """A step: nothing of it can be changed any more."""
    version.retired_at = clock.now()
    version.save(update_fields=["retired_at"])
    record(events.VERSION_RETIRED, version, actor=actor, partner_id=version.app.partner_id, data={"name": version.name})
    return version
