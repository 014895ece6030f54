"""What the column offers at a partner."""

from django.utils.translation import gettext_lazy as _

from fondaco.accounts.permissions import Permission
from fondaco.surfaces.site.navigation import NavItem, Spot, register

register(
    "partner",
    NavItem(_("Overview"), "portal:overview", "layout-dashboard", Permission.PARTNER_VIEW),
    NavItem(
        _("Apps"),
        "portal:apps",
        "layout-grid-add",
        Permission.PARTNER_VIEW,
        beneath=(
            "/portal/versions",
            "/portal/plans",
            "/portal/screenshots",
            "/portal/installations",
            "/portal/events",
            "/portal/endpoints",
            "/portal/transfers",
            "/portal/submissions",
        ),
    ),
    NavItem(_("OAuth clients"), "portal:clients", "key", Permission.PARTNER_CLIENTS_MANAGE),
    NavItem(_("Members"), "portal:members", "users", Permission.PARTNER_VIEW),
    NavItem(
        _("Get help"),
        "portal:ask_support",
        "lifebuoy",
        Permission.PARTNER_SUPPORT,
        Spot.FOOT,
        beneath=("/portal/support",),
        carries_page=True,
    ),
)
