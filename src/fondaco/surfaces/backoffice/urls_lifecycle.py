"""Ends and moves of apps, as far as the platform decides them."""

from django.urls import path

from fondaco.surfaces.backoffice.views import endings, transfers

urlpatterns = [
    path("transfers", transfers.show_all, name="transfers"),
    path("transfers/<str:transfer_id>", transfers.show, name="transfer"),
    path("transfers/<str:transfer_id>/confirm", transfers.confirm, name="confirm_transfer"),
    path("transfers/<str:transfer_id>/refuse", transfers.refuse, name="refuse_transfer"),
    path("endings", endings.show_all, name="endings"),
    path("endings/<str:version_id>", endings.show, name="ending"),
    path("installations/<str:installation_id>/remove", endings.remove, name="remove_installation"),
]
