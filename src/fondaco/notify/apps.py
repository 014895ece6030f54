from django.apps import AppConfig


class NotifyConfig(AppConfig):
    name = "fondaco.notify"
    label = "notify"
