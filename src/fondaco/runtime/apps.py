from django.apps import AppConfig


class RuntimeConfig(AppConfig):
    name = "fondaco.runtime"
    label = "runtime"
