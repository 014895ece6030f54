"""What customers are offered, and taking it out."""

from django.urls import path

from fondaco.surfaces.backoffice.views import marketplace

urlpatterns = [
    path("marketplace", marketplace.show_all, name="marketplace"),
    path("marketplace/<str:version_id>", marketplace.show, name="offered_version"),
    path("marketplace/<str:version_id>/withhold", marketplace.withhold, name="withhold_version"),
    path("marketplace/<str:version_id>/readmit", marketplace.readmit, name="readmit_version"),
]
