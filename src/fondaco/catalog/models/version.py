"""A version of an app: technical content and listing content, each reviewed on its own track."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from fondaco.audit.status import Stateful
from fondaco.catalog.models.app import App, Category
from fondaco.catalog.models.revised import Revised
from fondaco.catalog.states import EDITABLE, LISTING, TECHNICAL, ListingStatus, TechnicalStatus
from fondaco.kit import clock
from fondaco.kit.fields import IdField, SealedField
from fondaco.partners.models import Member


class IdTokenAlgorithm(StrEnum):
    """By what the ID tokens of a client can be signed (``id_token_signed_response_alg``, RFC 7591)."""

    ES256 = "ES256"
    RS256 = "RS256"  # what OpenID Connect makes every library know


class Version(models.Model):
    """One release of an app. Everything that may differ between releases hangs on it."""

    id = IdField()
    app = models.ForeignKey(App, on_delete=models.CASCADE, related_name="versions")
    name = models.CharField(max_length=30)
    created_by = models.CharField(max_length=100)
    deprecation_reason = models.TextField(max_length=1000, blank=True)  # read by customers
    ends_on = models.DateField(null=True, blank=True)  # announced: from this day nobody keeps it alive
    retired_at = models.DateTimeField(null=True, blank=True)  # after its end, once nobody had it any more
    unlisted_at = models.DateTimeField(null=True, editable=False)  # taken out of the marketplace for a while
    unlisted_reason = models.TextField(max_length=1000, blank=True)  # read by who would have installed it
    withheld_at = models.DateTimeField(null=True, editable=False)  # the platform took it out of the marketplace
    withheld_reason = models.TextField(max_length=1000, blank=True)
    withheld_by = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["app", "name"], name="version_name_unique"),
            models.CheckConstraint(
                condition=models.Q(unlisted_at__isnull=True, unlisted_reason="")
                | models.Q(unlisted_at__isnull=False) & ~models.Q(unlisted_reason=""),
                name="version_unlisted_with_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(withheld_at__isnull=True, withheld_reason="")
                | models.Q(withheld_at__isnull=False) & ~models.Q(withheld_reason=""),
                name="version_withheld_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.app.name} {self.name}"

    @property
    def is_retired(self) -> bool:
        """Whether it, or its whole app, is over."""
        return self.retired_at is not None or self.app.is_retired

    @property
    def is_published(self) -> bool:
        """Whether customers can find and install it."""
        return (
            self.technical.status == TechnicalStatus.AVAILABLE
            and self.listing.status == ListingStatus.ADVERTISED
            and not self.is_out
        )

    @property
    def plan(self) -> PlannedPublication | None:
        """The time that is set for it, or why that failed; as it was when the version was read with it."""
        return getattr(self, "planned_publication", None)

    @property
    def is_unlisted(self) -> bool:
        """Whether its partner keeps it out of the marketplace for now (ADR 0029)."""
        return self.unlisted_at is not None

    @property
    def is_withheld(self) -> bool:
        """Whether the platform keeps it out of the marketplace (ADR 0039)."""
        return self.withheld_at is not None

    @property
    def is_out(self) -> bool:
        """Whether somebody keeps it out of the marketplace, whatever its states."""
        return self.is_unlisted or self.is_withheld


class PlannedPublication(models.Model):
    """When a version is to be made available, and in whose name. The row goes when it is, or when it is cancelled.

    ``failure`` says why it could not be at that time; then nothing is planned any more.
    """

    version = models.OneToOneField(
        Version, on_delete=models.CASCADE, primary_key=True, related_name="planned_publication"
    )
    due_at = models.DateTimeField()
    planned_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    planned_at = models.DateTimeField(default=clock.now, editable=False)
    failed_at = models.DateTimeField(null=True, editable=False)
    failure = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(failed_at__isnull=True, failure="")
                | models.Q(failed_at__isnull=False) & ~models.Q(failure=""),
                name="planned_publication_fails_with_words",
            )
        ]

    def __str__(self) -> str:
        return f"{self.version} at {self.due_at.isoformat()}"

    @property
    def is_waiting(self) -> bool:
        """Whether its time is still to come."""
        return self.failed_at is None


class TrackContent(Stateful, Revised):
    """What the two tracks have in common."""

    version: models.OneToOneField[Version, Version]

    class Meta:
        abstract = True

    @property
    def is_editable(self) -> bool:
        """Only drafts and rejected content may be changed (DOMAIN 5.4)."""
        return self.status in EDITABLE

    def audit_scope(self) -> Mapping[str, Any]:
        return {"partner_id": self.version.app.partner_id}


class TechnicalContent(TrackContent):
    """How the platform and the app talk to each other."""

    MACHINE = TECHNICAL

    version = models.OneToOneField(Version, on_delete=models.CASCADE, primary_key=True, related_name="technical")
    status = TECHNICAL.column()
    events_callback_url = models.URLField(max_length=500, blank=True)
    standalone_url = models.URLField(max_length=500, blank=True)
    redirect_urls = ArrayField(models.URLField(max_length=500), default=list, blank=True)
    scopes = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    scope_reasons = models.JSONField(default=dict, blank=True)  # {scope: one sentence}
    data_fields = ArrayField(models.CharField(max_length=60), default=list, blank=True)  # what it reads with them
    receives_user_logout = models.BooleanField(default=False)
    backchannel_logout_url = models.URLField(max_length=500, blank=True)  # OpenID logout tokens go here
    are_credentials_claimed = models.BooleanField(default=False)  # fetched once by a link instead of sent in events
    id_token_signed_response_alg = models.CharField(
        max_length=5,
        choices=[(each.value, each.value) for each in IdTokenAlgorithm],
        default=IdTokenAlgorithm.ES256.value,
        db_default=IdTokenAlgorithm.ES256.value,
    )
    is_manually_provisioned = models.BooleanField(default=False)
    release_notes = models.TextField(max_length=5000, blank=True)
    test_instructions = models.TextField(max_length=5000, blank=True)
    test_credentials = SealedField(null=True, blank=True)  # only reviewers see it

    class Meta:
        constraints = [TECHNICAL.constraint("technical_content_status")]

    def __str__(self) -> str:
        return f"technical content of {self.version}"

    @property
    def hosts(self) -> set[str]:
        """The hosts that the version's programs answer at."""
        addresses = (self.events_callback_url, self.standalone_url, *self.redirect_urls, self.backchannel_logout_url)
        return {urlsplit(address).netloc for address in addresses if address}


class ListingContent(TrackContent):
    """What customers read in the marketplace."""

    MACHINE = LISTING

    version = models.OneToOneField(Version, on_delete=models.CASCADE, primary_key=True, related_name="listing")
    status = LISTING.column()
    display_name = models.CharField(max_length=50, blank=True)
    summary = models.CharField(max_length=140, blank=True)
    description = models.TextField(max_length=5000, blank=True)  # Markdown subset
    categories = models.ManyToManyField(Category, blank=True, related_name="listings")
    video_url = models.URLField(max_length=300, blank=True)
    support_url = models.URLField(max_length=300, blank=True)
    support_email = models.EmailField(blank=True)
    docs_url = models.URLField(max_length=300, blank=True)
    privacy_url = models.URLField(max_length=300, blank=True)
    terms_url = models.URLField(max_length=300, blank=True)
    search = SearchVectorField(null=True, editable=False)  # filled when the listing is advertised; locked from then on

    class Meta:
        indexes = [GinIndex(fields=["search"], name="listing_search")]
        constraints = [LISTING.constraint("listing_content_status")]

    def __str__(self) -> str:
        return f"listing content of {self.version}"


class Screenshot(models.Model):
    """A picture on the listing; ``image`` is a key in the file storage."""

    id = IdField()
    listing = models.ForeignKey(ListingContent, on_delete=models.CASCADE, related_name="screenshots")
    image = models.CharField(max_length=120)
    image_digest = models.CharField(max_length=64, blank=True)  # SHA-256 of the file as it was uploaded
    alternative_text = models.CharField(max_length=200)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.alternative_text

    @property
    def url(self) -> str:
        """Where the picture is served from."""
        return f"/media/{self.image}"
