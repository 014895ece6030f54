from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "fondaco.review"
    label = "review"

    def ready(self) -> None:
        """Checks and deadline handlers register themselves when imported."""
        from fondaco.review import checks  # noqa: F401, PLC0415 - models must be loaded first
        from fondaco.review.actions import watching  # noqa: F401, PLC0415
