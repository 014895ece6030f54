from django.apps import AppConfig


class InstallsConfig(AppConfig):
    name = "fondaco.installs"
    label = "installs"

    def ready(self) -> None:
        """Projections and deadline handlers register themselves when imported."""
        from fondaco.installs import actions, projections  # noqa: F401, PLC0415 - models must be loaded first
