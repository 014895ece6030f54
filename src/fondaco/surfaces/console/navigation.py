"""What the column offers in an account."""

from django.utils.translation import gettext_lazy as _

from fondaco.accounts.permissions import Permission
from fondaco.surfaces.site.navigation import NavItem, Spot, register

register(
    "account",
    NavItem(_("My Apps"), "console:my_apps", "layout-grid", Permission.APPS_VIEW, beneath=("/why-not",)),
    NavItem(_("Marketplace"), "storefront:marketplace", "building-store", beneath=("/marketplace", "/install")),
    NavItem(_("People"), "console:people", "users", Permission.PEOPLE_VIEW),
    NavItem(
        _("Get help"),
        "console:ask_support",
        "lifebuoy",
        Permission.SUPPORT_ASK,
        Spot.FOOT,
        beneath=("/support",),
        carries_page=True,
    ),
)
