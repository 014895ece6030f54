from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "fondaco.surfaces.portal"
    label = "surface_portal"
