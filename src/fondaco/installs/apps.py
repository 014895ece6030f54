from django.apps import AppConfig


class InstallsConfig(AppConfig):
    name = "fondaco.installs"
    label = "installs"
