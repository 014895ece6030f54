from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "fondaco.surfaces.console"
    label = "surface_console"

    def ready(self) -> None:
        """The column shows this surface's entries."""
        from fondaco.surfaces.console import navigation  # noqa: F401, PLC0415 - settings must be loaded first
