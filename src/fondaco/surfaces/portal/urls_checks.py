"""Certification checks of a version."""

from django.urls import path

from fondaco.surfaces.portal.views import checks

urlpatterns = [
    path("versions/<str:version_id>/checks", checks.show, name="checks"),
    path("versions/<str:version_id>/evidence", checks.evidence, name="evidence"),
    path("versions/<str:version_id>/checks/run", checks.run, name="run_checks"),
]
