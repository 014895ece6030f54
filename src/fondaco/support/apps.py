from django.apps import AppConfig


class SupportConfig(AppConfig):
    name = "fondaco.support"
    label = "support"

    def ready(self) -> None:
        """Deadline handlers and the taker of answers by mail register themselves when imported."""
        from fondaco.support import actions  # noqa: F401, PLC0415 - models must be loaded first
