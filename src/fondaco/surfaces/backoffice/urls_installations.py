"""Installations as support sees them."""

from django.urls import path

from fondaco.surfaces.backoffice.views import installations

urlpatterns = [
    path("installations/failed-updates", installations.show_broken, name="broken_updates"),
    path("installations/<str:installation_id>", installations.show, name="installation"),
    path("accounts/<str:account_id>/explanation", installations.show_explanation, name="explanation"),
]
