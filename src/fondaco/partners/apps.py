from django.apps import AppConfig


class PartnersConfig(AppConfig):
    name = "fondaco.partners"
    label = "partners"
