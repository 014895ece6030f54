"""Publishing a version, at once or at a set time, and taking it out of the marketplace for a while."""

from django.urls import path

from fondaco.surfaces.portal.views import publishing

urlpatterns = [
    path("versions/<str:version_id>/publish", publishing.publish, name="publish"),
    path("versions/<str:version_id>/publish/cancel", publishing.cancel, name="cancel_publication"),
    path("versions/<str:version_id>/unlist", publishing.unlist, name="unlist"),
    path("versions/<str:version_id>/relist", publishing.relist, name="relist"),
]
