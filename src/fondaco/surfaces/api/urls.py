"""The two machine interfaces: the wire that partners' programs speak, and our own management API."""

from django.urls import include, path

urlpatterns = [
    path("api/v1/device/", include("fondaco.surfaces.api.device")),
    path("api/v1/", include("fondaco.surfaces.api.management.urls")),
    path("", include("fondaco.surfaces.api.wire.urls")),
]
