from django.apps import AppConfig


class KitConfig(AppConfig):
    name = "fondaco.kit"
    label = "kit"
