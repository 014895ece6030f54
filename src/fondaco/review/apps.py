from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "fondaco.review"
    label = "review"
