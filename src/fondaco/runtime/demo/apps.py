"""The demo's apps, each brought to its stage by partners and reviewers."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Final

from django.conf import settings

from fondaco.catalog import actions
from fondaco.catalog.categories import ensure_defaults
from fondaco.catalog.content import AppDetails, ListingFields, PlanFields, TechnicalFields
from fondaco.catalog.models import App, LicenceModel, Version
from fondaco.catalog.states import Track
from fondaco.kit import clock
from fondaco.kit.money import Money
from fondaco.partners.models import Member
from fondaco.review import actions as review
from fondaco.review.models import ChangeKind, Submission, Trust
from fondaco.review.states import SubmissionStatus
from fondaco.runtime.demo.checks import run_checks_offline
from fondaco.runtime.demo.listings import LISTINGS, MARA, PRIYA, READS, Listing
from fondaco.runtime.demo.people import actor_for, member, operator

NOBODY: Final = "http://127.0.0.1:9"  # the discard port: nothing ever answers there
_REVIEW_TAKES: Final = timedelta(hours=26)
_PICTURES: Final = Path(__file__).parent / "pictures"
_FEEDBACK: Final = (
    "The redirect URL answers 404, so single sign-on cannot finish. Everything else is fine; only this will be looked "
    "at again."
)

_CHANGE: Final = "It answers 404. Give the address that your server knows, or make the server know this one."


def make_apps() -> None:
    """Fourteen apps in every state, oldest first, and the next version of one of them in the middle of its review."""
    ensure_defaults()
    for age, listing in zip(range(50, 0, -3), LISTINGS, strict=False):
        with clock.travel(-timedelta(days=age)):
            _write(listing)
        with clock.travel(-timedelta(days=age) + _REVIEW_TAKES + timedelta(hours=age * 7 % 40 - 20)):
            _publish(listing)
    with clock.travel(-timedelta(days=2)):
        _write_next_ledgerline()
    with clock.travel(-timedelta(days=2) + _REVIEW_TAKES):
        _reject_next_ledgerline()
    _schedule_approved()
    _trust_northwind()


def _write(listing: Listing) -> None:
    by = member(listing.by)
    app = App.objects.filter(slug=listing.slug).first() or _register(listing, by)
    version = app.versions.order_by("id").first() or actions.create_version(
        actor=actor_for(by.person), by=by, app=app, name=listing.version
    )
    if listing.stage == "draft":
        return
    if version.technical.status == "draft":
        _fill_technical(listing, version, by)
        review.submit(actor=actor_for(by.person), by=by, version=version, track=Track.TECHNICAL)
        run_checks_offline(version)
    version = load(version)
    if version.listing.status == "draft":
        _fill_listing(listing, version, by)
        review.submit(
            actor=actor_for(by.person), by=by, version=version, track=Track.LISTING, note="The texts are final."
        )
        run_checks_offline(version)


def _publish(listing: Listing) -> None:
    if listing.stage in {"draft", "in_review"}:
        return
    by = member(listing.by)
    version = load(App.objects.get(slug=listing.slug).versions.earliest("id"))
    approve(version, Track.TECHNICAL)
    approve(version, Track.LISTING)
    version = load(version)
    if listing.stage == "advertised" and version.technical.status == "approved":
        actions.make_available(actor=actor_for(by.person), by=by, version=version)


def _write_next_ledgerline() -> None:
    by, app = member(MARA), App.objects.get(slug="ledgerline")
    if app.versions.filter(name="2.4.0").exists():
        return
    version = actions.create_version(actor=actor_for(by.person), by=by, app=app, name="2.4.0")
    for track in Track:
        review.submit(actor=actor_for(by.person), by=by, version=load(version), track=track)
        run_checks_offline(version)


def _reject_next_ledgerline() -> None:
    jon = operator()
    submission = Submission.objects.get(version__name="2.4.0", version__app__slug="ledgerline", track=Track.TECHNICAL)
    if submission.status == SubmissionStatus.OPEN:
        change = review.Change(ChangeKind.FIELD, "redirect_urls", _CHANGE)
        review.reject(actor=actor_for(jon.person), by=jon, submission=submission, feedback=_FEEDBACK, changes=[change])


def _schedule_approved() -> None:
    """The version that is approved and not published yet goes live in three days."""
    waiting = Version.objects.filter(technical__status="approved", planned_publication=None)
    for version in waiting.select_related("app__partner"):
        owner = next(listing.by for listing in LISTINGS if listing.slug == version.app.slug)
        by, day = member(owner), clock.now() + timedelta(days=3)
        due_at = day.replace(hour=9, minute=0, second=0, microsecond=0)
        actions.schedule_publication(actor=actor_for(by.person), by=by, version=version, due_at=due_at)


def _trust_northwind() -> None:
    """Changes of this partner's listings pass by policy."""
    partner, jon = member(PRIYA).partner, operator()
    if not Trust.objects.filter(partner=partner).exists():
        review.trust_partner(
            actor=actor_for(jon.person),
            by=jon,
            partner=partner,
            reason="A dozen reviews without a single question.",
            until=(clock.now() + timedelta(days=180)).date(),
        )


def _register(listing: Listing, by: Member) -> App:
    site = by.partner.website
    return actions.register_app(
        actor=actor_for(by.person),
        by=by,
        name=listing.name,
        icon=(_PICTURES / f"{listing.slug}.png").read_bytes(),
        details=AppDetails(
            name=listing.name,
            slug=listing.slug,
            website=f"{settings.EXAMPLE_PARTNER_URL}/about/docs",
            technical_email=f"dev@{site.removeprefix('https://')}",
            support_email=f"help@{site.removeprefix('https://')}",
            security_email=f"security@{site.removeprefix('https://')}",
        ),
    )


def _fill_technical(listing: Listing, version: Version, by: Member) -> None:
    program = settings.EXAMPLE_PARTNER_URL  # the example partner serves all of them
    actions.edit_technical(
        actor=actor_for(by.person),
        by=by,
        version=version,
        revision=version.technical.revision,
        fields=TechnicalFields(
            events_callback_url=f"{program if listing.answers else NOBODY}/events",
            standalone_url=f"{program}/start",
            redirect_urls=(f"{program}/callback",),
            scopes=tuple(listing.scopes),
            scope_reasons=listing.scopes,
            data_fields=tuple(field for scope in listing.scopes for field in READS.get(scope, ())),
            receives_user_logout="users:read" in listing.scopes,
            backchannel_logout_url=f"{program if listing.answers else NOBODY}/backchannel-logout",
            is_manually_provisioned=listing.is_manual,
            release_notes="Faster start and clearer words on the first page.",
            test_instructions="Install it, open it from My Apps; the first page shows who you are.",
        ),
    )


def _fill_listing(listing: Listing, version: Version, by: Member) -> None:
    actor, pages = actor_for(by.person), f"{settings.EXAMPLE_PARTNER_URL}/about"
    for number, (name, dollars, per_seat) in enumerate(listing.plans):
        model = LicenceModel.PER_SEAT if per_seat else LicenceModel.PER_ACCOUNT
        plan = PlanFields(
            name=name,
            price=Money(dollars * 100),
            model=model,
            summary="Everything, billed monthly",
            meter=listing.meter if number == 0 else None,
        )
        if not version.plans.filter(name=name).exists():
            actions.add_plan(actor=actor, by=by, version=version, fields=plan)
    for number, text in enumerate(listing.shots[version.listing.screenshots.count() :], 1):
        picture = (_PICTURES / f"{listing.slug}-{number}.png").read_bytes()
        actions.add_screenshot(actor=actor, by=by, version=version, image=picture, alternative_text=text)
    version = load(version)
    actions.edit_listing(
        actor=actor,
        by=by,
        version=version,
        revision=version.listing.revision,
        fields=ListingFields(
            display_name=listing.name,
            summary=listing.summary,
            description=listing.description,
            categories=listing.categories,
            support_url=f"{pages}/help",
            support_email=f"help@{by.partner.website.removeprefix('https://')}",
            docs_url=f"{pages}/docs",
            privacy_url=f"{pages}/privacy",
            terms_url=f"{pages}/terms",
        ),
    )


def approve(version: Version, track: Track) -> None:
    """Passes what waits for a reviewer."""
    submission = Submission.objects.filter(version=version, track=track, status="open").first()
    if submission is not None:
        jon = operator()
        review.approve(actor=actor_for(jon.person), by=jon, submission=submission)


def load(version: Version) -> Version:
    """As the database has it now, with both contents."""
    return Version.objects.select_related("app__partner", "technical", "listing").get(pk=version.pk)
