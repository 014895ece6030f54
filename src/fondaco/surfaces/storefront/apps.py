from django.apps import AppConfig


class StorefrontConfig(AppConfig):
    name = "fondaco.surfaces.storefront"
    label = "surface_storefront"
