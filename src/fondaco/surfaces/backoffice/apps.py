from django.apps import AppConfig


class BackofficeConfig(AppConfig):
    name = "fondaco.surfaces.backoffice"
    label = "surface_backoffice"

    def ready(self) -> None:
        """The column shows this surface's entries."""
        from fondaco.surfaces.backoffice import navigation  # noqa: F401, PLC0415 - settings must be loaded first
