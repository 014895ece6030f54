"""What the column offers the platform's own staff."""

from django.utils.translation import gettext_lazy as _

from fondaco.accounts.permissions import Permission
from fondaco.review.queries import count_waiting
from fondaco.support.queries import count_to_answer
from fondaco.surfaces.site.navigation import NavItem, Spot, register
from fondaco.surfaces.site.viewer import Viewer


def count_submissions(viewer: Viewer) -> int:
    """What waits in the queues of the tracks that the viewer reviews, and samples of listings."""
    return sum(count for name, count in _waiting(viewer).items() if name != "partners")


def count_waiting_applications(viewer: Viewer) -> int:
    """Requests that wait for the operator."""
    return _waiting(viewer).get("partners", 0)


def _waiting(viewer: Viewer) -> dict[str, int]:
    return viewer.once("waiting", lambda: count_waiting(viewer.operator))


def count_tickets(viewer: Viewer) -> int:
    """Tickets that wait for support and are nobody else's."""
    return viewer.once("tickets", lambda: count_to_answer(viewer.operator))


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
        _("Reviews"),
        "backoffice:submissions",
        "clipboard-check",
        (Permission.OPERATOR_REVIEW_TECHNICAL, Permission.OPERATOR_REVIEW_LISTING),
        count=count_submissions,
        beneath=("/backoffice/samples", "/backoffice/reasons"),
    ),
    NavItem(_("Tickets"), "backoffice:tickets", "lifebuoy", Permission.OPERATOR_SUPPORT, count=count_tickets),
    NavItem(
        _("Partners"),
        "backoffice:partners",
        "heart-handshake",
        Permission.OPERATOR_VIEW,
        beneath=(
            "/backoffice/transfers",
            "/backoffice/endings",
            "/backoffice/marketplace",
            "/backoffice/apps",
            "/backoffice/deliveries",
            "/backoffice/endpoints",
        ),
    ),
    NavItem(
        _("Accounts"),
        "backoffice:accounts",
        "building",
        Permission.OPERATOR_VIEW,
        beneath=("/backoffice/installations",),
    ),
    NavItem(_("Access"), "backoffice:access", "plug-off", Permission.OPERATOR_ACCESS_REVOKE),
    NavItem(_("Audit trail"), "backoffice:events", "history", Permission.OPERATOR_VIEW, Spot.FOOT),
    NavItem(_("Staff"), "backoffice:staff", "user-shield", Permission.OPERATOR_STAFF_MANAGE, Spot.FOOT),
)
