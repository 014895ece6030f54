from django.apps import AppConfig


class IdpConfig(AppConfig):
    name = "fondaco.surfaces.idp"
    label = "surface_idp"
