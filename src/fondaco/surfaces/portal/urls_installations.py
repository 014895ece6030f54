"""Where the partner's apps are installed."""

from django.urls import path

from fondaco.surfaces.portal.views import installations

urlpatterns = [
    path("apps/<str:app_id>/installations", installations.installation_list, name="installations"),
    path("installations/<str:installation_id>", installations.installation_page, name="installation"),
    path("installations/<str:installation_id>/rotate", installations.rotate, name="rotate_credentials"),
]
