"""What the column offers the platform's own staff."""

from django.utils.translation import gettext_lazy as _

from fondaco.accounts.permissions import Permission
from fondaco.catalog.states import Track
from fondaco.partners.queries import count_applications
from fondaco.partners.states import ApplicationStatus
from fondaco.review.queries import list_queue
from fondaco.surfaces.site.navigation import NavItem, register
from fondaco.surfaces.site.viewer import Viewer


def count_waiting_applications(viewer: Viewer) -> int:
    """Requests that wait for the operator."""
    return count_applications(viewer.operator).get(ApplicationStatus.PENDING, 0)


register(
    "operator",
    NavItem(_("Overview"), "backoffice:overview", "layout-dashboard", Permission.OPERATOR_VIEW),
    NavItem(
        _("Applications"),
        "backoffice:applications",
        "mail-opened",
        Permission.OPERATOR_PARTNERS,
        count=count_waiting_applications,
    ),
    NavItem(
        _("Technical reviews"),
        "backoffice:technical_reviews",
        "test-pipe",
        Permission.OPERATOR_REVIEW_TECHNICAL,
        count=lambda viewer: list_queue(viewer.operator, track=Track.TECHNICAL).count(),
    ),
    NavItem(
        _("Listing reviews"),
        "backoffice:listing_reviews",
        "clipboard-check",
        Permission.OPERATOR_REVIEW_LISTING,
        count=lambda viewer: list_queue(viewer.operator, track=Track.LISTING).count(),
    ),
    NavItem(_("Partners"), "backoffice:partners", "heart-handshake", Permission.OPERATOR_VIEW),
    NavItem(_("Accounts"), "backoffice:accounts", "building", Permission.OPERATOR_VIEW),
    NavItem(_("Audit trail"), "backoffice:events", "history", Permission.OPERATOR_VIEW),
)
