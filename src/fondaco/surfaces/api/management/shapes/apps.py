"""Apps, versions, their two contents, plans, screenshots and submissions."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from fondaco.catalog.comparison import Difference
from fondaco.catalog.content import AppDetails, ListingFields, TechnicalFields
from fondaco.catalog.models import (
    App,
    ListingContent,
    TechnicalContent,
    Version,
)
from fondaco.catalog.queries import missing_fields
from fondaco.catalog.states import Track
from fondaco.review.models import Submission
from fondaco.surfaces.api.management.shapes.fields import Body, Day, IdTokenAlgorithm, Picture, Shape, WireId
from fondaco.surfaces.api.management.shapes.offers import CropBody, PlanShape, ScreenshotShape

TrackName = Literal["technical", "listing"]


class AppBody(Body):
    """An app's own details; an empty ``slug`` is made from the name, or stays as it is."""

    name: str
    slug: str = ""
    website: str = ""
    technical_email: str = ""
    support_email: str = ""
    billing_email: str = ""
    security_email: str = ""

    def details(self) -> AppDetails:
        """For the action."""
        return AppDetails(**self.model_dump(exclude={"icon", "crop", "revision"}))


class DetailsBody(AppBody):
    """``revision`` is the one that you read, so that nobody's change is overwritten unseen; null sets what is sent."""

    revision: int | None = None


class RegisterBody(AppBody):
    """A new app. ``crop`` names the square of the picture to keep, by default the largest one in the middle."""

    icon: Picture
    crop: CropBody | None = None


class IconBody(Body):
    """Another icon; ``crop`` as when registering."""

    icon: Picture
    crop: CropBody | None = None


class VersionBody(Body):
    """A new version; its content begins as a copy of ``copy_from``, or of the newest one."""

    name: str
    copy_from: WireId | None = None


class DeprecationBody(Body):
    """Why a version is no longer offered; ``ends_on`` announces the day from which nobody keeps it alive."""

    reason: str
    ends_on: Day | None = None


class TechnicalBody(Body):
    """All technical content; ``revision`` is the one that you read. What is null stays as it is."""

    revision: int
    events_callback_url: str = ""
    standalone_url: str = ""
    redirect_urls: list[str] = []
    scopes: list[str] = []
    scope_reasons: dict[str, str] = {}
    data_fields: list[str] = []
    receives_user_logout: bool = False
    backchannel_logout_url: str = ""
    is_manually_provisioned: bool = False
    are_credentials_claimed: bool = False
    release_notes: str = ""
    test_instructions: str = ""
    test_credentials: str | None = None
    id_token_signed_response_alg: IdTokenAlgorithm | None = None
    version_name: str | None = None

    def fields(self) -> TechnicalFields:
        """For the action."""
        given = self.model_dump(exclude={"revision"})
        lists = ("redirect_urls", "scopes", "data_fields")
        return TechnicalFields(**given | {name: tuple(given[name]) for name in lists})


class ListingBody(Body):
    """All listing content but plans and screenshots; ``categories`` are slugs."""

    revision: int
    display_name: str = ""
    summary: str = ""
    description: str = ""
    categories: list[str] = []
    video_url: str = ""
    support_url: str = ""
    support_email: str = ""
    docs_url: str = ""
    privacy_url: str = ""
    terms_url: str = ""

    def fields(self) -> ListingFields:
        """For the action."""
        given = self.model_dump(exclude={"revision"})
        return ListingFields(**given | {"categories": tuple(given["categories"])})


class SubmitBody(Body):
    """Which track to put into the queue; the reviewer reads ``note``."""

    track: TrackName
    note: Annotated[str, Field(max_length=2000)] = ""


class WithdrawBody(Body):
    """Which track to take back."""

    track: TrackName


class CommentBody(Body):
    """What the partner reads with the approval."""

    comment: str = ""


class FeedbackBody(Body):
    """What the partner has to change."""

    feedback: str


class VersionStandingShape(Shape):
    """A version and where its two tracks stand."""

    id: str
    name: str
    technical_status: str
    listing_status: str

    @classmethod
    def of(cls, version: Version) -> VersionStandingShape:
        return cls(
            id=version.pk.hex,
            name=version.name,
            technical_status=version.technical.status,
            listing_status=version.listing.status,
        )


class AppShape(Shape):
    """An app with its versions, newest first. ``icon_digest`` is the SHA-256 of the uploaded file, if it is known."""

    id: str
    revision: int
    name: str
    slug: str
    icon_url: str
    icon_digest: str
    website: str
    technical_email: str
    support_email: str
    billing_email: str
    security_email: str
    retired_at: datetime | None
    versions: list[VersionStandingShape]

    @classmethod
    def of(cls, app: App) -> AppShape:
        return cls(
            id=app.pk.hex,
            revision=app.revision,
            name=app.name,
            slug=app.slug,
            icon_url=app.icon_url,
            icon_digest=app.icon_digest,
            website=app.website,
            technical_email=app.technical_email,
            support_email=app.support_email,
            billing_email=app.billing_email,
            security_email=app.security_email,
            retired_at=app.retired_at,
            versions=[VersionStandingShape.of(version) for version in app.versions.all()],
        )


class TechnicalShape(Shape):
    """Technical content. Test credentials are written and never read here; only whether there are some is told."""

    status: str
    status_since: datetime
    revision: int
    events_callback_url: str
    standalone_url: str
    redirect_urls: list[str]
    scopes: list[str]
    scope_reasons: dict[str, str]
    data_fields: list[str]
    receives_user_logout: bool
    backchannel_logout_url: str
    is_manually_provisioned: bool
    are_credentials_claimed: bool
    id_token_signed_response_alg: IdTokenAlgorithm
    release_notes: str
    test_instructions: str
    has_test_credentials: bool
    missing: dict[str, str]

    @classmethod
    def of(cls, content: TechnicalContent, missing: dict[str, str]) -> TechnicalShape:
        names = set(cls.model_fields) - {"status_since", "has_test_credentials", "missing"}
        given = {name: getattr(content, name) for name in names}
        return cls(
            **given,
            status_since=content.status_changed_at,
            has_test_credentials=content.test_credentials is not None,
            missing=missing,
        )


class ListingShape(Shape):
    """Listing content; ``missing`` says what a submission still needs, by field."""

    status: str
    status_since: datetime
    revision: int
    display_name: str
    summary: str
    description: str
    categories: list[str]
    video_url: str
    support_url: str
    support_email: str
    docs_url: str
    privacy_url: str
    terms_url: str
    missing: dict[str, str]

    @classmethod
    def of(cls, content: ListingContent, missing: dict[str, str]) -> ListingShape:
        names = set(cls.model_fields) - {"status_since", "categories", "missing"}
        given = {name: getattr(content, name) for name in names}
        categories = [category.pk for category in content.categories.all()]
        return cls(**given, status_since=content.status_changed_at, categories=categories, missing=missing)


class VersionShape(Shape):
    """A version with all its content."""

    id: str
    app_id: str
    name: str
    created_at: datetime
    deprecation_reason: str
    ends_on: date | None
    retired_at: datetime | None
    unlisted_at: datetime | None
    unlisted_reason: str
    withheld_at: datetime | None
    withheld_reason: str
    technical: TechnicalShape
    listing: ListingShape
    plans: list[PlanShape]
    screenshots: list[ScreenshotShape]

    @classmethod
    def of(cls, version: Version) -> VersionShape:
        return cls(
            id=version.pk.hex,
            app_id=version.app_id.hex,
            name=version.name,
            created_at=version.created_at,
            deprecation_reason=version.deprecation_reason,
            ends_on=version.ends_on,
            retired_at=version.retired_at,
            unlisted_at=version.unlisted_at,
            unlisted_reason=version.unlisted_reason,
            withheld_at=version.withheld_at,
            withheld_reason=version.withheld_reason,
            technical=TechnicalShape.of(version.technical, missing_fields(version, Track.TECHNICAL)),
            listing=ListingShape.of(version.listing, missing_fields(version, Track.LISTING)),
            plans=[PlanShape.of(plan) for plan in version.plans.all()],
            screenshots=[ScreenshotShape.of(screenshot) for screenshot in version.listing.screenshots.all()],
        )


class DifferenceShape(Shape):
    """One thing that two versions have not in common; an empty ``before`` is new, an empty ``after`` gone."""

    part: Literal["scopes", "plans", "technical", "listing", "screenshots"]
    name: str
    before: str
    after: str

    @classmethod
    def of(cls, difference: Difference) -> DifferenceShape:
        return cls(**asdict(difference))


class SubmissionShape(Shape):
    """One time that a track was sent in. ``place_in_queue`` counts from 1, 0 once it is decided; null in the queue."""

    id: str
    app: str
    partner: str
    version_id: WireId
    version: str
    track: TrackName
    status: str
    note: str
    feedback: str
    submitted_by: str
    decided_by: str | None
    is_decided_by_policy: bool
    created_at: datetime
    place_in_queue: int | None

    @classmethod
    def of(cls, submission: Submission, place_in_queue: int | None = None) -> SubmissionShape:
        version = submission.version
        return cls(
            id=submission.pk.hex,
            app=version.app.name,
            partner=version.app.partner.name,
            version_id=version.pk.hex,
            version=version.name,
            track="technical" if submission.track == "technical" else "listing",
            status=submission.status,
            note=submission.note,
            feedback=submission.feedback,
            submitted_by=submission.submitted_by.name,
            decided_by=submission.decided_by.name if submission.decided_by else None,
            is_decided_by_policy=submission.is_decided_by_policy,
            created_at=submission.created_at,
            place_in_queue=place_in_queue,
        )
