from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "fondaco.identity"
    label = "identity"
