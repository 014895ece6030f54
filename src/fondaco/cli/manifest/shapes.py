"""The shape of ``fondaco.toml``. The JSON Schema, the guide's table and every check of the file come from here."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from fondaco.cli.manifest import kinds


class Part(BaseModel):
    """Strict and closed: no unknown keys, no 3 for "3"."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Contacts(Part):
    """Whom the platform writes to, and about what."""

    technical: kinds.Email = ""
    support: kinds.Email = ""
    billing: kinds.Email = ""
    security: kinds.Email = ""


class AppPart(Part):
    """What stays the same from version to version. The app is found by its ``slug``."""

    slug: Annotated[kinds.Slug, Field(description="The app's address: lower-case letters, digits and hyphens.")]
    name: Annotated[kinds.AppName, Field(description="Unique in the marketplace.")]
    icon: Annotated[
        kinds.RelativePath,
        Field(
            description="A square PNG or JPEG of 256 to 1024 pixels or an SVG, at most 1 MiB, relative to this file."
        ),
    ]
    website: kinds.Url300 = ""
    contacts: Contacts = Contacts()


class VersionPart(Part):
    """The version that the file describes."""

    name: Annotated[kinds.VersionName, Field(description="Unique in the app, like 1.4.0.")]


class ScopePart(Part):
    """A scope to ask for; reviewers and customers read the reason."""

    name: kinds.Name
    reason: Annotated[kinds.Reason, Field(description="One sentence; required for what changes data.")] = ""


class TechnicalPart(Part):
    """How the platform and the app's program talk to each other."""

    events_callback_url: Annotated[kinds.Url500, Field(description="Where events are sent.")] = ""
    standalone_url: Annotated[kinds.Url500, Field(description="Where people land when they launch the app.")] = ""
    redirect_urls: Annotated[
        list[kinds.RedirectUrl], Field(max_length=10, description="Where single sign-on may return to, exactly.")
    ] = []
    scopes: Annotated[list[ScopePart], Field(max_length=60)] = []
    data_fields: Annotated[
        list[kinds.Name],
        Field(max_length=60, description='What the app reads with its scopes, like "user.email"; customers are told.'),
    ] = []
    receives_user_logout: Annotated[bool, Field(description="Send an event when a user signs out.")] = False
    backchannel_logout_url: Annotated[kinds.Url500, Field(description="Where OpenID logout tokens are sent.")] = ""
    is_manually_provisioned: Annotated[bool, Field(description="People answer installations by hand.")] = False
    are_credentials_claimed: Annotated[
        bool, Field(description="Fetch credentials once by a link instead of getting them in events.")
    ] = False
    id_token_signed_response_alg: Annotated[
        Literal["ES256", "RS256"], Field(description="By what ID tokens and logout tokens are signed.")
    ] = "ES256"  # noqa: S105 - an algorithm
    release_notes: kinds.Text5000 = ""
    test_instructions: Annotated[kinds.Text5000, Field(description="For reviewers: how to try the app.")] = ""
    test_credentials_env: Annotated[
        kinds.Variable | None,
        Field(
            description="Name of the environment variable that holds a log-in for reviewers. The log-in itself never"
            " stands in this file."
        ),
    ] = None

    @model_validator(mode="after")
    def _check_repetitions(self) -> Self:
        _refuse_repetition("scope", [scope.name for scope in self.scopes])
        _refuse_repetition("data field", self.data_fields)
        _refuse_repetition("redirect address", self.redirect_urls)
        return self


class ScreenshotPart(Part):
    """A picture of the app."""

    path: Annotated[
        kinds.RelativePath,
        Field(description="A PNG or JPEG, at least 640 × 360 pixels and at most 2 MiB, relative to this file."),
    ]
    alternative_text: Annotated[kinds.Alternative, Field(description="What it shows, for who cannot see it.")]


class ListingPart(Part):
    """What customers read in the marketplace."""

    display_name: kinds.DisplayName = ""
    summary: Annotated[kinds.Summary, Field(description="One sentence: what the app does.")] = ""
    description: Annotated[kinds.Text5000, Field(description="Markdown; or use description_file.")] = ""
    description_file: Annotated[
        kinds.RelativePath | None, Field(description="A Markdown file instead of description.")
    ] = None
    categories: Annotated[list[kinds.Name], Field(max_length=3, description="One to three shelves.")] = []
    video_url: Annotated[kinds.Url300, Field(description="On YouTube, Vimeo or Loom.")] = ""
    support_url: kinds.Url300 = ""
    support_email: kinds.Email = ""
    docs_url: kinds.Url300 = ""
    privacy_url: kinds.Url300 = ""
    terms_url: kinds.Url300 = ""
    screenshots: Annotated[list[ScreenshotPart], Field(max_length=8)] = []

    @model_validator(mode="after")
    def _check_whole(self) -> Self:
        if self.description and self.description_file:
            raise ValueError("Use description or description_file, not both.")
        _refuse_repetition("category", self.categories)
        return self


class MeterPart(Part):
    """What a plan counts besides licences; usage beyond ``included`` costs at most ``cap`` in a month."""

    unit: Annotated[kinds.Unit, Field(description="In the singular: transcribed minute.")]
    price: Annotated[kinds.UnitPrice, Field(description='Of one unit, as text with up to six decimals: "0.0125".')]
    included: Annotated[int, Field(ge=0, le=1_000_000_000)] = 0
    cap: kinds.Cap | None = None


class PlanPart(Part):
    """A paid plan. The trial of 30 days is always there and not written down."""

    name: kinds.PlanName
    price: Annotated[kinds.Amount, Field(description='Monthly, as text: "18.00".')]
    currency: kinds.Currency = "USD"
    model: Annotated[Literal["per_seat", "per_account"], Field(description="What the price is for.")] = "per_seat"
    summary: kinds.Summary = ""
    description: kinds.Text1000 = ""
    min_licences: kinds.Licences = 1
    max_licences: kinds.Licences | None = None
    meter: MeterPart | None = None

    @model_validator(mode="after")
    def _check_range(self) -> Self:
        if self.max_licences is not None and self.max_licences < self.min_licences:
            raise ValueError("max_licences is less than min_licences.")
        return self


class Manifest(Part):
    """One app and one version of it. A part that is left out stays as it is in the house."""

    app: AppPart
    version: VersionPart
    technical: TechnicalPart | None = None
    listing: ListingPart | None = None
    plans: Annotated[list[PlanPart] | None, Field(max_length=9)] = None

    @model_validator(mode="after")
    def _check_plan_names(self) -> Self:
        _refuse_repetition("plan", [plan.name.lower() for plan in self.plans or []])
        return self


def _refuse_repetition(what: str, values: list[str]) -> None:
    repeated = [value for index, value in enumerate(values) if value in values[:index]]
    if repeated:
        raise ValueError(f"The {what} “{repeated[0]}” is there twice.")
