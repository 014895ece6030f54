from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "fondaco.messaging"
    label = "messaging"

    def ready(self) -> None:
        """Projections and deadline handlers register themselves when imported."""
        from fondaco.messaging import projections, watch  # noqa: F401, PLC0415 - models must be loaded first
