"""What partners type in: one dataclass per form and per body of the management API. Texts are kept as typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fondaco.catalog.models import LicenceModel, Meter
from fondaco.kit.money import Money


@dataclass(frozen=True, slots=True)
class AppDetails:
    """An app's own details. An empty ``slug`` is made from the name."""

    name: str
    slug: str = ""
    website: str = ""
    technical_email: str = ""
    support_email: str = ""
    billing_email: str = ""
    security_email: str = ""


@dataclass(frozen=True, slots=True)
class TechnicalFields:
    """All technical content at once.

    ``version_name``, ``test_credentials`` and ``id_token_signed_response_alg`` stay as they are when None.
    """

    events_callback_url: str = ""
    standalone_url: str = ""
    redirect_urls: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    scope_reasons: Mapping[str, str] = field(default_factory=dict)
    data_fields: tuple[str, ...] = ()
    receives_user_logout: bool = False
    backchannel_logout_url: str = ""
    is_manually_provisioned: bool = False
    are_credentials_claimed: bool = False
    release_notes: str = ""
    test_instructions: str = ""
    test_credentials: str | None = None
    id_token_signed_response_alg: str | None = None
    version_name: str | None = None


@dataclass(frozen=True, slots=True)
class ListingFields:
    """All listing content at once, but for plans and screenshots; ``categories`` are slugs."""

    display_name: str = ""
    summary: str = ""
    description: str = ""
    categories: tuple[str, ...] = ()
    video_url: str = ""
    support_url: str = ""
    support_email: str = ""
    docs_url: str = ""
    privacy_url: str = ""
    terms_url: str = ""


@dataclass(frozen=True, slots=True)
class PlanFields:
    """A paid plan; ``price`` is what one licence, or the account, costs in a month."""

    name: str
    price: Money
    model: LicenceModel = LicenceModel.PER_SEAT
    summary: str = ""
    description: str = ""
    min_licences: int = 1
    max_licences: int | None = None
    meter: Meter | None = None
