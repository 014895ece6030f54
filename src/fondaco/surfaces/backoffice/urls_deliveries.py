"""What was sent to apps' programs."""

from django.urls import path

from fondaco.surfaces.backoffice.views import deliveries, sending_again

urlpatterns = [
    path("apps/<str:app_id>/deliveries", deliveries.show_all, name="deliveries"),
    path("apps/<str:app_id>/deliveries/replay", sending_again.replay_many, name="replay_events"),
    path("apps/<str:app_id>/logout-tokens", deliveries.show_missed_logouts, name="logout_tokens"),
    path("deliveries", deliveries.show_unwell, name="unwell_endpoints"),
    path("deliveries/<str:event_id>", deliveries.show, name="delivery"),
    path("deliveries/<str:event_id>/replay", sending_again.replay, name="replay_event"),
    path("endpoints/<str:endpoint_id>/try", sending_again.try_address, name="try_address"),
]
