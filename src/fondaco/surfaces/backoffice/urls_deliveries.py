"""What was sent to apps' programs."""

from django.urls import path

from fondaco.surfaces.backoffice.views import deliveries

urlpatterns = [
    path("apps/<str:app_id>/deliveries", deliveries.show_all, name="deliveries"),
    path("deliveries/<str:event_id>", deliveries.show, name="delivery"),
]
