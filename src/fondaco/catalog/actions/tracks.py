"""Moving the two tracks of a version. The steps are taken by reviews; publishing is the partner's own action."""

from __future__ import annotations

from django.db import transaction

from fondaco.accounts.permissions import Permission
from fondaco.audit.actor import Actor
from fondaco.audit.status import transition
from fondaco.catalog.completeness import missing_fields
from fondaco.catalog.errors import ContentIncomplete, NotApproved
from fondaco.catalog.labels import status_label
from fondaco.catalog.models import App, ListingContent, TechnicalContent, Version
from fondaco.catalog.policies import (
    EDIT_PERMISSION,
    check_can,
    check_editable,
    check_not_retired,
    check_nothing_ahead,
    content_of,
)
from fondaco.catalog.search import index_listing
from fondaco.catalog.states import ListingStatus, TechnicalStatus, Track
from fondaco.partners.models import Member

_IN_REVIEW = {Track.TECHNICAL: TechnicalStatus.IN_REVIEW, Track.LISTING: ListingStatus.IN_REVIEW}
_DRAFT = {Track.TECHNICAL: TechnicalStatus.DRAFT, Track.LISTING: ListingStatus.DRAFT}
_APPROVED = {Track.TECHNICAL: TechnicalStatus.APPROVED, Track.LISTING: ListingStatus.APPROVED}
_REJECTED = {Track.TECHNICAL: TechnicalStatus.REJECTED, Track.LISTING: ListingStatus.REJECTED}


def make_available(*, actor: Actor, by: Member, version: Version) -> Version:
    """Makes an approved version available to customers; an approved listing appears in the marketplace at once.

    What it returns shows the true state: a listing that is not approved yet follows when it is (T8).
    """
    with transaction.atomic(durable=True):
        check_can(by, version.app, Permission.PARTNER_PUBLISH)
        version = lock_tracks(version)
        check_not_retired(version.app)
        if version.technical.status != TechnicalStatus.APPROVED:
            raise NotApproved(status=status_label(version.technical.status))
        transition(version.technical, TechnicalStatus.AVAILABLE, actor=actor)
        _advertise_when_ready(version, actor)
    return version


def submit_track(*, actor: Actor, by: Member, version: Version, track: Track) -> Version:
    """A step: locks the track for review. Refuses with every field that is still missing.

    Holds the app, so that two of its versions submitted at once do not both get in.
    """
    check_can(by, version.app, EDIT_PERMISSION[track])
    App.objects.select_for_update().only("pk").get(pk=version.app_id)
    version = lock_tracks(version)
    check_can(by, version.app, EDIT_PERMISSION[track])  # it may have been retired or handed over meanwhile
    check_editable(content_of(version, track))
    check_nothing_ahead(version, track)
    if missing := missing_fields(version, track):
        raise ContentIncomplete(fields={name: [message] for name, message in missing.items()})
    transition(content_of(version, track), _IN_REVIEW[track], actor=actor)
    return version


def withdraw_track(*, actor: Actor, by: Member, version: Version, track: Track) -> Version:
    """A step: takes the track back from review; it is a draft again."""
    check_can(by, version.app, EDIT_PERMISSION[track])
    version = lock_tracks(version)
    transition(content_of(version, track), _DRAFT[track], actor=actor)
    return version


def approve_track(*, actor: Actor, version: Version, track: Track) -> Version:
    """A step: the track passed. An approved listing is advertised at once when its version is available."""
    version = lock_tracks(version)
    transition(content_of(version, track), _APPROVED[track], actor=actor)
    if track == Track.LISTING:
        _advertise_when_ready(version, actor)
    return version


def reject_track(*, actor: Actor, version: Version, track: Track, feedback: str) -> Version:
    """A step: the track goes back to the partner, who may edit and submit it again."""
    version = lock_tracks(version)
    transition(content_of(version, track), _REJECTED[track], actor=actor, reason=feedback)
    return version


def lock_tracks(version: Version) -> Version:
    """A step: holds both contents, always technical first: publishing looks at both, and two orders would deadlock.

    Without it an approval of the listing and a publication at the same moment would each miss the other, and the
    listing would stay approved for ever.
    """
    technical = TechnicalContent.objects.select_for_update().get(pk=version.pk)
    listing = ListingContent.objects.select_for_update().get(pk=version.pk)
    fresh = Version.objects.select_related("app__partner").get(pk=version.pk)  # as it is once both are held
    fresh.technical, fresh.listing = technical, listing
    return fresh


def _advertise_when_ready(version: Version, actor: Actor) -> None:
    if version.technical.status == TechnicalStatus.AVAILABLE and version.listing.status == ListingStatus.APPROVED:
        transition(version.listing, ListingStatus.ADVERTISED, actor=actor)
        index_listing(version)
