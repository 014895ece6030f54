"""What the column offers the platform's own staff."""

from django.utils.translation import gettext_lazy as _

from fondaco.accounts.permissions import Permission
from fondaco.catalog.states import Track
from fondaco.partners.queries import count_applications
from fondaco.partners.states import ApplicationStatus
from fondaco.review.queries import count_queues
from fondaco.surfaces.site.navigation import NavItem, Spot, register
from fondaco.surfaces.site.viewer import Viewer


def count_submissions(viewer: Viewer, track: Track) -> int:
    """Submissions that wait in the queue of ``track``; both queues are asked for at once."""
    counts = viewer.once("queues", lambda: count_queues(viewer.operator))
    return counts.get(track, 0)


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
        count=lambda viewer: count_submissions(viewer, Track.TECHNICAL),
    ),
    NavItem(
        _("Listing reviews"),
        "backoffice:listing_reviews",
        "clipboard-check",
        Permission.OPERATOR_REVIEW_LISTING,
        count=lambda viewer: count_submissions(viewer, Track.LISTING),
    ),
    NavItem(_("Partners"), "backoffice:partners", "heart-handshake", Permission.OPERATOR_VIEW),
    NavItem(_("Accounts"), "backoffice:accounts", "building", Permission.OPERATOR_VIEW),
    NavItem(_("Audit trail"), "backoffice:events", "history", Permission.OPERATOR_VIEW),
    NavItem(_("Staff"), "backoffice:staff", "user-shield", Permission.OPERATOR_STAFF_MANAGE, Spot.FOOT),
)
