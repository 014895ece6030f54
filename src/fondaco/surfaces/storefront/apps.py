from django.apps import AppConfig


class StorefrontConfig(AppConfig):
    name = "fondaco.surfaces.storefront"
    label = "surface_storefront"

    def ready(self) -> None:
        """The top bar shows this surface's entries."""
        from fondaco.surfaces.storefront import navigation  # noqa: F401, PLC0415 - settings must be loaded first
