from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "fondaco.audit"
    label = "audit"
