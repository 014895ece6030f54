from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from fondaco.surfaces.site.navigation import NavItem, Spot, register


class SiteConfig(AppConfig):
    name = "fondaco.surfaces.site"
    label = "surface_site"

    def ready(self) -> None:
        """A person's own settings; and, only in development, a column for the living page of components."""
        register(
            "you",
            NavItem(label=_("Profile"), view="site:you", icon="user"),
            NavItem(label=_("Security"), view="site:security", icon="key"),
            NavItem(label=_("Sessions"), view="site:sessions", icon="device-desktop"),
            NavItem(label=_("Access tokens"), view="site:tokens", icon="code"),
        )
        if settings.DEVELOPMENT:
            register(
                "design",
                NavItem(label="Pages and state", view="site:design", icon="layout-dashboard"),
                NavItem(label="Lists and numbers", view="site:design_data", icon="chart-bar"),
                NavItem(label="Forms", view="site:design_form", icon="forms"),
                NavItem(label="Apps", view="site:design_apps", icon="apps"),
                NavItem(label="Top bar", view="site:design_look", icon="layout-grid"),
                NavItem(label="Mails", view="site:inbox", icon="mail"),
                NavItem(
                    label="Notices", view="site:design_notices", icon="bell", spot=Spot.FOOT, count=lambda _viewer: 3
                ),
            )
