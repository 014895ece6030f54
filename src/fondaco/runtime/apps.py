from django.apps import AppConfig


class RuntimeConfig(AppConfig):
    name = "fondaco.runtime"
    label = "runtime"

    def ready(self) -> None:
        """The facts that it can record are known to every process."""
        from fondaco.runtime import events  # noqa: F401, PLC0415 - as every other package does
