from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "fondaco.surfaces.portal"
    label = "surface_portal"

    def ready(self) -> None:
        """The column shows this surface's entries."""
        from fondaco.surfaces.portal import navigation  # noqa: F401, PLC0415 - settings must be loaded first
