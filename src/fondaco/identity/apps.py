from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "fondaco.identity"
    label = "identity"

    def ready(self) -> None:
        """Projections register themselves when imported."""
        from fondaco.identity import projections  # noqa: F401, PLC0415 - models must be loaded first
