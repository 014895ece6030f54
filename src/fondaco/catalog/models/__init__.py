"""What partners offer: apps, their versions, the two kinds of content of a version, and its plans."""

from fondaco.catalog.models.app import App, Category
from fondaco.catalog.models.draft import EditingDraft
from fondaco.catalog.models.plan import LicenceModel, Meter, Plan, PlanType
from fondaco.catalog.models.revised import Revised
from fondaco.catalog.models.testing import AppTester, InstallLink
from fondaco.catalog.models.transfer import AppTransfer
from fondaco.catalog.models.version import (
    IdTokenAlgorithm,
    ListingContent,
    PlannedPublication,
    Screenshot,
    TechnicalContent,
    TrackContent,
    Version,
)

__all__ = [
    "App",
    "AppTester",
    "AppTransfer",
    "Category",
    "EditingDraft",
    "IdTokenAlgorithm",
    "InstallLink",
    "LicenceModel",
    "ListingContent",
    "Meter",
    "Plan",
    "PlanType",
    "PlannedPublication",
    "Revised",
    "Screenshot",
    "TechnicalContent",
    "TrackContent",
    "Version",
]
