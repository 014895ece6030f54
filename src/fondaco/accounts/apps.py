from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "fondaco.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Deadline handlers register themselves when imported."""
        from fondaco.accounts import actions  # noqa: F401, PLC0415 - models must be loaded first
