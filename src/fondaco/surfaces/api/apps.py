from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "fondaco.surfaces.api"
    label = "surface_api"
