from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "fondaco.surfaces.console"
    label = "surface_console"
