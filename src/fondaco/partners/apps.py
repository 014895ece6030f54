from django.apps import AppConfig


class PartnersConfig(AppConfig):
    name = "fondaco.partners"
    label = "partners"

    def ready(self) -> None:
        """Projections register themselves when imported."""
        from fondaco.partners import projections  # noqa: F401, PLC0415 - models must be loaded first
