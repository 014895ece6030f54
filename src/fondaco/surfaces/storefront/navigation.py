"""What the top bar offers everyone."""

from django.utils.translation import gettext_lazy as _

from fondaco.accounts.permissions import Permission
from fondaco.surfaces.site.navigation import NavItem, Spot, register

register(
    "look",
    NavItem(_("Search apps for your contact centre"), "storefront:marketplace", "search", spot=Spot.SEARCH),
    NavItem(_("Marketplace"), "storefront:marketplace", "building-store", beneath=("/marketplace", "/install")),
    NavItem(_("For partners"), "storefront:partners", "heart-handshake"),
    NavItem(_("How long reviews take"), "storefront:review_statistics", "chart-bar", spot=Spot.FOOT),
    *(
        NavItem(_("Get help"), view, "lifebuoy", permission, Spot.FOOT, carries_page=True)
        for view, permission in (
            ("console:ask_support", Permission.SUPPORT_ASK),
            ("portal:ask_support", Permission.PARTNER_SUPPORT),
        )
    ),
)
