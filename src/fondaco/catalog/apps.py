from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "fondaco.catalog"
    label = "catalog"
