from django.apps import AppConfig


class NotifyConfig(AppConfig):
    name = "fondaco.notify"
    label = "notify"

    def ready(self) -> None:
        """Each mail registers itself for the facts it tells of."""
        from fondaco.notify import mails  # noqa: F401, PLC0415 - models must be loaded first
