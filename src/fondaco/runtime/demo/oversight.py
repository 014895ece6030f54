"""What the platform looks at afterwards: a listing that passed by policy, and an app that it took out."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db import transaction

from fondaco.catalog import actions
from fondaco.catalog.content import ListingFields
from fondaco.catalog.models import App, Version
from fondaco.catalog.states import Track
from fondaco.kit import clock
from fondaco.review import actions as review
from fondaco.review.actions.trusted import draw_sample
from fondaco.review.models import Sample
from fondaco.review.states import SubmissionStatus
from fondaco.runtime.demo.apps import load
from fondaco.runtime.demo.checks import run_checks_offline
from fondaco.runtime.demo.listings import OSKAR
from fondaco.runtime.demo.people import actor_for, member, operator

_SAMPLED: Final = "signal-boards"
_NEXT: Final = "1.0.1"
_WITHHELD: Final = "vault-notes"
_REASON: Final = (
    "Orders of customers ran into the time limit three times this week, because nobody at the address of the app "
    "answered. It comes back as soon as somebody does."
)


def make_oversight() -> None:
    """Safe to repeat: what is there already stays as it is."""
    with clock.travel(-timedelta(hours=7)):
        _change_words()
        _draw()
    with clock.travel(-timedelta(hours=3)):
        _withhold()


def _change_words() -> None:
    """A listing of a trusted partner with another sentence and no new claim."""
    by, app = member(OSKAR), App.objects.get(slug=_SAMPLED)
    actor = actor_for(by.person)
    version = app.versions.filter(name=_NEXT).first()
    version = version or actions.create_version(actor=actor, by=by, app=app, name=_NEXT)
    if version.submissions.exists():
        return
    version = load(version)
    fields = _same_listing(version, description=f"{version.listing.description}\n\nThe boards work on tablets, too.")
    actions.edit_listing(actor=actor, by=by, version=version, revision=version.listing.revision, fields=fields)
    note = "One more sentence about tablets."
    review.submit(actor=actor, by=by, version=load(version), track=Track.LISTING, note=note)
    run_checks_offline(version)


def _same_listing(version: Version, *, description: str) -> ListingFields:
    same = ("display_name", "summary", "video_url", "support_url", "support_email", "docs_url", "privacy_url")
    return ListingFields(
        **{name: getattr(version.listing, name) for name in (*same, "terms_url")},
        description=description,
        categories=tuple(version.listing.categories.values_list("pk", flat=True)),
    )


def _draw() -> None:
    """The policy draws one of every few; the demo has too few to wait for that."""
    version = Version.objects.get(app__slug=_SAMPLED, name=_NEXT)
    passed = version.submissions.filter(track=Track.LISTING, status=SubmissionStatus.APPROVED).first()
    if passed is not None and not Sample.objects.filter(submission=passed).exists():
        with transaction.atomic():
            draw_sample(passed)


def _withhold() -> None:
    jon, version = operator(), Version.objects.get(app__slug=_WITHHELD)
    if not version.is_withheld:
        actions.withhold_version(actor=actor_for(jon.person), by=jon, version=version, reason=_REASON)
