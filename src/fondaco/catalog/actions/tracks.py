"""Moving the two tracks of a version. The steps are taken by reviews; publishing is the partner's own action."""

from __future__ import annotations

from typing import Final

from django.db import transaction

from fondaco.accounts.permissions import Permission
from fondaco.audit.actor import Actor
from fondaco.audit.status import transition
from fondaco.catalog.completeness import missing_fields
from fondaco.catalog.errors import ContentIncomplete, NoLongerComplete, NotApproved
from fondaco.catalog.labels import status_label
from fondaco.catalog.models import App, ListingContent, PlannedPublication, TechnicalContent, Version
from fondaco.catalog.policies import EDIT_PERMISSION, check_can, check_editable, check_nothing_ahead, content_of
from fondaco.catalog.search import index_listing
from fondaco.catalog.states import ListingStatus, TechnicalStatus, Track
from fondaco.kit import deadlines
from fondaco.partners.models import Member

GOES_LIVE: Final = "version.goes_live"
_IN_REVIEW = {Track.TECHNICAL: TechnicalStatus.IN_REVIEW, Track.LISTING: ListingStatus.IN_REVIEW}
_DRAFT = {Track.TECHNICAL: TechnicalStatus.DRAFT, Track.LISTING: ListingStatus.DRAFT}
_APPROVED = {Track.TECHNICAL: TechnicalStatus.APPROVED, Track.LISTING: ListingStatus.APPROVED}
_REJECTED = {Track.TECHNICAL: TechnicalStatus.REJECTED, Track.LISTING: ListingStatus.REJECTED}


def make_available(*, actor: Actor, by: Member, version: Version) -> Version:
    """Makes an approved version available to customers; an approved listing appears in the marketplace at once.

    What it returns shows the true state: a listing that is not approved yet follows when it is (T8).
    """
    with transaction.atomic(durable=True):
        return release_version(actor=actor, by=by, version=version)


def release_version(*, actor: Actor, by: Member, version: Version) -> Version:
    """A step: checks everything, makes the version available, and forgets the time that was set for it."""
    check_can(by, version.app, Permission.PARTNER_PUBLISH)
    version = lock_tracks(version)
    check_can(by, version.app, Permission.PARTNER_PUBLISH)  # it may have been retired or handed over meanwhile
    if version.technical.status != TechnicalStatus.APPROVED:
        raise NotApproved(status=status_label(version.technical.status))
    if missing := missing_fields(version, Track.TECHNICAL):
        raise NoLongerComplete(first=next(iter(missing.values())))
    transition(version.technical, TechnicalStatus.AVAILABLE, actor=actor, data={"by": by.person.name})
    forget_plan(version)
    advertise_when_ready(version, actor)
    return version


def forget_plan(version: Version) -> bool:
    """A step: no time is set any more, and what was said of a failed one is history; whether one was still waiting."""
    was_waiting = PlannedPublication.objects.filter(pk=version.pk, failed_at=None).exists()
    PlannedPublication.objects.filter(pk=version.pk).delete()
    deadlines.cancel(GOES_LIVE, subject_id=version.pk.hex)
    return was_waiting


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
        advertise_when_ready(version, actor)
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
    fresh = Version.objects.select_related("app__partner").get(pk=version.pk)  # as it is now that nobody else writes
    fresh.technical, fresh.listing = technical, listing
    return fresh


def advertise_when_ready(version: Version, actor: Actor) -> None:
    """A step: an approved listing appears as soon as its version is available and not kept out of the marketplace."""
    is_open = version.technical.status == TechnicalStatus.AVAILABLE and not version.is_out
    if is_open and version.listing.status == ListingStatus.APPROVED:
        transition(version.listing, ListingStatus.ADVERTISED, actor=actor)
        index_listing(version)
