from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "fondaco.audit"
    label = "audit"

    def ready(self) -> None:
        """The chain registers its deadline when imported."""
        from fondaco.audit import chain  # noqa: F401, PLC0415 - models must be loaded first
