"""What was sent to the programs of the partner's apps."""

from django.urls import path

from fondaco.surfaces.portal.views import events

urlpatterns = [
    path("apps/<str:app_id>/events", events.show_all, name="events"),
    path("apps/<str:app_id>/events/replay", events.replay_many, name="replay_events"),
    path("apps/<str:app_id>/logout-tokens", events.show_missed_logouts, name="logout_tokens"),
    path("endpoints/<str:endpoint_id>/try", events.try_address, name="try_address"),
    path("events/<str:event_id>", events.show, name="event"),
    path("events/<str:event_id>/replay", events.replay, name="replay_event"),
    path("versions/<str:version_id>/test-events", events.samples, name="test_events"),
]
