from django.apps import AppConfig


class BackofficeConfig(AppConfig):
    name = "fondaco.surfaces.backoffice"
    label = "surface_backoffice"
